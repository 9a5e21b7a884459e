/** Which browsers' pages may call. */
import { ParleyError } from '@parley/contracts';
import cors from 'cors';
import type { Request, RequestHandler } from 'express';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const READABLE_HEADERS = [
  'X-Request-Id',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
];

/** Lets scripts of the listed origins read answers, with cookies. */
export function crossOrigin(origins: readonly string[]): RequestHandler {
  return cors({
    origin: [...origins],
    credentials: true,
    exposedHeaders: READABLE_HEADERS,
    maxAge: 600,
  });
}

/**
 * Refuses writes that a foreign page makes a browser send with its cookies, logins included. A browser names the page in
 * `Origin`; programs do not send it. A bearer token is sent by nobody without meaning it.
 */
export function refuseForeignPages(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins);
  return (req, _res, next) => {
    const { origin } = req.headers;
    const harmless = SAFE_METHODS.has(req.method) || req.headers.authorization !== undefined;
    if (harmless || origin === undefined || allowed.has(origin) || isOwn(req, origin)) {
      next();
      return;
    }
    throw new ParleyError('FORBIDDEN', 'this origin may not write here');
  };
}

/** Whether the page came from this very host. The scheme may differ: a proxy may speak TLS for us. */
function isOwn(req: Request, origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === req.headers.host?.toLowerCase();
}
