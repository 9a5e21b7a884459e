/** The token pair as cookies, for browsers: scripts cannot read them. */
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { Grant } from '../use-cases/sessions.js';

const ACCESS = 'access_token';
const REFRESH = 'refresh_token';

export interface TokenCookies {
  readonly access: string | undefined;
  readonly refresh: string | undefined;
}

export function tokenCookies(req: Request): TokenCookies {
  const cookies = parseCookie(req.headers.cookie ?? '');
  return { access: cookies[ACCESS] || undefined, refresh: cookies[REFRESH] || undefined };
}

/** `refreshSeconds`: how long the refresh token lives. */
export function setTokenCookies(
  res: Response,
  grant: Grant,
  options: { readonly secure: boolean; readonly refreshSeconds: number },
): void {
  const base = attributes(options.secure);
  res.cookie(ACCESS, grant.access_token, { ...base, maxAge: grant.expires_in * 1000 });
  res.cookie(REFRESH, grant.refresh_token, { ...base, maxAge: options.refreshSeconds * 1000 });
}

export function clearTokenCookies(res: Response, secure: boolean): void {
  res.clearCookie(ACCESS, attributes(secure));
  res.clearCookie(REFRESH, attributes(secure));
}

function attributes(secure: boolean): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure, path: '/' };
}
