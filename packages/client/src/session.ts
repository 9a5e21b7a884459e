/** A login that keeps itself alive: access tokens are renewed before they end, one refresh at a time. */
import { ParleyError, type TokenAnswer, type User } from '@parley/contracts';
import type { HttpOptions } from './http.js';
import type { TokenSource } from './options.js';
import { login, refresh, type Credentials } from './rest.js';
import { systemClock } from './system.js';

export interface SessionOptions extends HttpOptions {
  /** Logs in when there is nothing else to go by: at the beginning, and again when the session has ended. */
  readonly login?: Credentials;
  /** What an earlier `onTokens` was given: the session goes on from there. */
  readonly tokens?: Pick<TokenAnswer, 'access_token' | 'refresh_token'>;
  /** To keep for the next start. `null` when the session has ended. */
  readonly onTokens?: (tokens: TokenAnswer | null) => void;
}

export interface Session {
  /** Hand it to `createClient` and `createRest`. */
  readonly token: TokenSource;
  /** Of the last answer; `null` before. */
  readonly user: User | null;
}

/** An access token is renewed this long before it ends, in ms: it must outlive the request that carries it. */
const MARGIN_MS = 30_000;

export function createSession(options: SessionOptions): Session {
  const clock = options.clock ?? systemClock;
  let access: { token: string; until: number } | null =
    options.tokens === undefined ? null : { token: options.tokens.access_token, until: Infinity };
  let refreshToken = options.tokens?.refresh_token ?? null;
  let user: User | null = null;
  let renewing: Promise<string> | null = null;

  function keep(answer: TokenAnswer): string {
    const life = Math.max(answer.expires_in * 1000 - MARGIN_MS, answer.expires_in * 500);
    access = { token: answer.access_token, until: clock.now() + life };
    refreshToken = answer.refresh_token;
    user = answer.user;
    options.onTokens?.(answer);
    return answer.access_token;
  }

  async function renew(): Promise<string> {
    if (refreshToken !== null) {
      try {
        return keep(await refresh(options, refreshToken));
      } catch (error) {
        if (!(error instanceof ParleyError) || error.status !== 401) throw error;
        refreshToken = null;
        access = null;
        options.onTokens?.(null);
        if (options.login === undefined) throw error;
      }
    }
    if (options.login === undefined) {
      throw new ParleyError('AUTH_REQUIRED', 'There is no session: log in first.');
    }
    return keep(await login(options, options.login));
  }

  return {
    get user() {
      return user;
    },
    async token({ fresh }) {
      if (access !== null && !fresh && clock.now() < access.until) return access.token;
      renewing ??= renew().finally(() => {
        renewing = null;
      });
      return renewing;
    },
  };
}
