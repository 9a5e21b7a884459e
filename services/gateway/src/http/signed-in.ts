/** Who a request speaks for. */
import { ParleyError, type User } from '@parley/contracts';
import type { Identity } from '@parley/ports';
import type { Request, RequestHandler, Response } from 'express';
import type { GatewayPorts } from '../ports.js';
import type { Actor } from '../use-cases/actor.js';
import { authenticate, type Device } from '../use-cases/sessions.js';
import { tokenCookies } from './cookies.js';

export interface SignedIn {
  readonly identity: Identity;
  readonly user: User;
}

/** Lets only those pass whose bearer token, or else cookie, names a living session. */
export function requireSignedIn(
  ports: Pick<GatewayPorts, 'sessions' | 'users' | 'tokens' | 'clock' | 'random'>,
): RequestHandler {
  return async (req, res, next) => {
    const token = bearerToken(req) ?? tokenCookies(req).access;
    if (token === undefined) throw new ParleyError('AUTH_REQUIRED', 'not logged in');
    const signedIn: SignedIn = await authenticate(ports, token);
    res.locals['signedIn'] = signedIn;
    next();
  };
}

/** The token of an `Authorization: Bearer` header. Another scheme is refused, not passed over for a cookie. */
export function bearerToken(req: Request): string | undefined {
  const header = req.headers.authorization;
  if (header === undefined) return undefined;
  const [, token] = /^Bearer +([\w.~+/=-]+)$/i.exec(header) ?? [];
  if (token === undefined) throw new ParleyError('AUTH_FAILED', 'not a bearer token');
  return token;
}

export function signedInOf(res: Response): SignedIn | undefined {
  return res.locals['signedIn'] as SignedIn | undefined;
}

/** Who is signed in; behind {@link requireSignedIn} somebody is. */
export function actorOf(res: Response): Actor & SignedIn {
  const signedIn = signedInOf(res);
  if (signedIn === undefined) throw new ParleyError('AUTH_REQUIRED', 'not logged in');
  return { user_id: signedIn.user.id, ...signedIn };
}

/** Where the request comes from. */
export function deviceOf(req: Request): Device {
  return { ip: req.ip ?? null, userAgent: req.get('user-agent')?.slice(0, 300) ?? null };
}
