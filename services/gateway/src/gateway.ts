/** The gateway: REST over the log and the projection. Holds nothing between requests but the turns of logins. */
import { MAX_FRAME_BYTES, SendRequest, UsersQuery } from '@parley/contracts';
import type { Service } from '@parley/ports';
import express, { type Express, Router } from 'express';
import helmet from 'helmet';
import type { GatewayConfig } from './config.js';
import { authRouter } from './http/auth-router.js';
import { conversationsRouter } from './http/conversations-router.js';
import { createDrain } from './http/draining.js';
import { healthRouter } from './http/health-router.js';
import { refuseForeignHosts } from './http/hosts.js';
import { limitRequests } from './http/limits.js';
import { messagesRouter } from './http/messages-router.js';
import { crossOrigin, refuseForeignPages } from './http/origins.js';
import { NoQuery, ReplyParams } from './http/params.js';
import { parse } from './http/parse.js';
import { noSuchRoute, problems } from './http/problem.js';
import { logRequests } from './http/request-log.js';
import { roomsRouter } from './http/rooms-router.js';
import { answerSend } from './http/send.js';
import { actorOf, requireSignedIn } from './http/signed-in.js';
import type { GatewayPorts } from './ports.js';
import { searchUsers } from './use-cases/accounts.js';
import { listModels } from './use-cases/models.js';
import { createUseCases, type UseCases } from './use-cases/use-cases.js';

export interface Gateway extends Service {
  /** Answers `/api/…`; whatever else it is asked for is a 404 problem. */
  readonly app: Express;
  /** What the routes call, without HTTP. */
  readonly useCases: UseCases;
}

/** A gateway over the given ports. It listens nowhere: its main does. */
export function createGateway(ports: GatewayPorts, config: GatewayConfig): Gateway {
  const useCases = createUseCases(ports, config);
  const drain = createDrain(ports.clock);
  const app = express();
  app.set('trust proxy', config.trustProxy);
  app.set('query parser', 'simple');
  app.set('etag', false);

  app.use(logRequests(ports));
  app.use(helmet());
  app.use(refuseForeignHosts(config.allowedHosts));
  app.use(drain.gate);
  app.use(crossOrigin(config.origins));
  app.use('/api', apiRouter(ports, config, useCases));
  app.use(noSuchRoute);
  app.use(problems(ports.logger, !config.development));

  return {
    name: 'gateway',
    app,
    useCases,
    start: () => Promise.resolve(),
    stop: () => drain.drain(),
  };
}

function apiRouter(ports: GatewayPorts, config: GatewayConfig, useCases: UseCases): Router {
  const router = Router();
  const signedIn = requireSignedIn(ports);
  router.use('/health', healthRouter(ports));
  router.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  router.use(limitRequests(ports));
  router.use(refuseForeignPages(config.origins));
  // Not strict: JSON that is no object is well-formed, and the schema's to refuse.
  router.use(express.json({ limit: MAX_FRAME_BYTES, inflate: false, strict: false }));

  router.use('/auth', authRouter(ports, config));
  router.use('/conversations', signedIn, conversationsRouter(useCases));
  router.use('/chat/rooms', signedIn, roomsRouter(useCases));
  router.use('/messages', signedIn, messagesRouter(useCases));
  router.post('/chat/send', signedIn, async (req, res) => {
    await answerSend(useCases, req, res, parse(SendRequest, req.body));
  });
  router.post('/replies/:reply_id/stop', signedIn, async (req, res) => {
    const stopped = await useCases.stopReply(actorOf(res), parse(ReplyParams, req.params));
    if (stopped.status === 'pending') res.status(202).json({ id: stopped.id });
    else res.status(202).json(parse(ReplyParams, req.params));
  });
  router.get('/users', signedIn, async (req, res) => {
    res.json(await searchUsers(ports, parse(UsersQuery, req.query)));
  });
  router.get('/models', (req, res) => {
    parse(NoQuery, req.query);
    res.json(listModels(config));
  });
  return router;
}
