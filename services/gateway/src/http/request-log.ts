/** One line and one count per request. Neither has a query, a body or a header: those may hold secrets. */
import type { RequestHandler, Response } from 'express';
import type { GatewayPorts } from '../ports.js';
import { signedInOf } from './signed-in.js';

const FOREIGN_ID = /^[A-Za-z0-9-]{8,64}$/;

/** Gives the request an id (the proxy's, where it has one) and logs it when it is answered. */
export function logRequests(
  ports: Pick<GatewayPorts, 'logger' | 'metrics' | 'clock' | 'random'>,
): RequestHandler {
  const { logger, metrics, clock, random } = ports;
  return (req, res, next) => {
    const given = req.get('x-request-id');
    const id = given !== undefined && FOREIGN_ID.test(given) ? given : random.uuid();
    res.locals['requestId'] = id;
    res.set('X-Request-Id', id);
    const started = clock.now();
    const { method, path } = req;
    res.once('close', () => {
      // A client that went away before the answer is counted as nginx counts it.
      const status = res.writableFinished ? res.statusCode : 499;
      metrics.count('parley_requests_total', 1, { method, status });
      const user_id = signedInOf(res)?.identity.user_id;
      const fields = { request_id: id, method, path, status, ms: clock.now() - started, user_id };
      if (status >= 500) logger.warn(fields, 'answered');
      else logger.debug(fields, 'answered');
    });
    next();
  };
}

export function requestIdOf(res: Response): string {
  return String(res.locals['requestId'] ?? '');
}
