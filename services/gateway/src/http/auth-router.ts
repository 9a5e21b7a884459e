import {
  LoginRequest,
  ParleyError,
  RefreshRequest,
  RegisterRequest,
  UpdateMeRequest,
  type TokenAnswer,
} from '@parley/contracts';
import { Router, type Response } from 'express';
import type { GatewayConfig } from '../config.js';
import type { GatewayPorts } from '../ports.js';
import { register, updateMe } from '../use-cases/accounts.js';
import { login } from '../use-cases/login.js';
import { issueTicket, logout, refresh, type Grant } from '../use-cases/sessions.js';
import { createTurns } from '../use-cases/turns.js';
import { clearTokenCookies, setTokenCookies, tokenCookies } from './cookies.js';
import { parse } from './parse.js';
import { actorOf, bearerToken, deviceOf, requireSignedIn } from './signed-in.js';

/** Logins of one address on one account that may wait for each other. */
const MAX_WAITING_LOGINS = 50;

/** `/api/auth`: accounts and sessions. */
export function authRouter(ports: GatewayPorts, config: GatewayConfig): Router {
  const router = Router();
  const signedIn = requireSignedIn(ports);
  const turns = createTurns(MAX_WAITING_LOGINS);
  const secure = !config.development;
  const { refreshSeconds } = ports.tokens;

  const answerGrant = (res: Response, grant: Grant): void => {
    setTokenCookies(res, grant, { secure, refreshSeconds });
    const answer: TokenAnswer = { ...grant, token_type: 'bearer' };
    res.json(answer);
  };

  router.post('/register', async (req, res) => {
    res.status(201).json(await register(ports, config, parse(RegisterRequest, req.body)));
  });

  router.post('/login', async (req, res) => {
    const { username, email, password } = parse(LoginRequest, req.body);
    const name = username ?? email ?? '';
    const input = { login: name, password, device: deviceOf(req) };
    answerGrant(res, await login(ports, turns, input));
  });

  router.post('/refresh', async (req, res) => {
    const { refresh_token } = parse(RefreshRequest, req.body ?? {});
    const token = refresh_token ?? tokenCookies(req).refresh;
    if (token === undefined) throw new ParleyError('AUTH_REQUIRED', 'no refresh token');
    answerGrant(res, await refresh(ports, token));
  });

  router.post('/logout', async (req, res) => {
    const { refresh_token } = parse(RefreshRequest, req.body ?? {});
    const cookies = tokenCookies(req);
    await logout(ports, {
      access: bearerToken(req) ?? cookies.access,
      refresh: refresh_token ?? cookies.refresh,
    });
    clearTokenCookies(res, secure);
    res.status(204).end();
  });

  router.get('/me', signedIn, (_req, res) => {
    res.json(actorOf(res).user);
  });

  router.patch('/me', signedIn, async (req, res) => {
    res.json(await updateMe(ports, actorOf(res), parse(UpdateMeRequest, req.body)));
  });

  router.post('/ticket', signedIn, (_req, res) => {
    res.json(issueTicket(ports, actorOf(res).identity));
  });

  return router;
}
