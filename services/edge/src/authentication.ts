import { ParleyError, type User } from '@parley/contracts';
import {
  DeadlineExceeded,
  within,
  type Clock,
  type Identity,
  type Logger,
  type ProjectionWatch,
  type SessionStore,
  type Tokens,
  type UserStore,
} from '@parley/ports';
import type { KnownUsers } from './known-users.js';

/** How long one query may take, in ms. */
const QUERY_MS = 5_000;

export interface Credentials {
  /** From the first frame. */
  readonly token: string | undefined;
  readonly ticket: string | undefined;
  readonly cookie: string | undefined;
}

/** What was found out. `sessionEndsAt` in Unix ms. */
export interface Vouched {
  readonly user: User;
  readonly sessionEndsAt: number;
}

export interface AuthenticationPorts {
  readonly tokens: Tokens;
  readonly sessions: SessionStore;
  readonly users: UserStore;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who a connection is. Every refusal is a `ParleyError`: AUTH_REQUIRED, AUTH_FAILED, SESSION_REVOKED, UNAVAILABLE. */
export class Authentication {
  readonly #ports: AuthenticationPorts;
  readonly #known: KnownUsers;
  readonly #isRevoked: (sessionId: string) => boolean;

  constructor(
    ports: AuthenticationPorts,
    known: KnownUsers,
    isRevoked: (sessionId: string) => boolean,
  ) {
    this.#ports = ports;
    this.#known = known;
    this.#isRevoked = isRevoked;
  }

  /** What the credentials say: the frame's token before the ticket before the cookie. */
  async identify({ token, ticket, cookie }: Credentials): Promise<Identity> {
    const { tokens, sessions } = this.#ports;
    const access = token ?? (ticket === undefined ? cookie : undefined);
    if (access !== undefined) return tokens.verifyAccess(access);
    if (ticket === undefined) {
      throw new ParleyError('AUTH_REQUIRED', 'A token, a ticket or a cookie is needed.');
    }
    const { id, expires_at, user_id, session_id } = tokens.verifyTicket(ticket);
    if (!(await this.#ask('spending a ticket', sessions.spend(id, expires_at)))) {
      throw new ParleyError('AUTH_FAILED', 'The ticket was used before.');
    }
    return { user_id, session_id };
  }

  /**
   * Whether session and account are alive. While they cannot be read, the signature and what is known here decide: people
   * who were connected can come back.
   */
  async vouch(identity: Identity): Promise<Vouched> {
    if (this.#isRevoked(identity.session_id)) throw revoked();
    const known = this.#known.get(identity.user_id);
    const { projection, logger } = this.#ports;
    if (known !== undefined && !projection.available) {
      return { user: known, sessionEndsAt: Number.POSITIVE_INFINITY };
    }
    try {
      return await this.check(identity);
    } catch (error) {
      if (known === undefined || !(error instanceof ParleyError) || error.code !== 'UNAVAILABLE') {
        throw error;
      }
      logger.warn({ err: error }, 'a session could not be checked');
      return { user: known, sessionEndsAt: Number.POSITIVE_INFINITY };
    }
  }

  /** The same, from the store alone. */
  async check({ user_id, session_id }: Identity): Promise<Vouched> {
    const { sessions, users, clock } = this.#ports;
    const [session, account] = await this.#ask(
      'checking a session',
      Promise.all([sessions.find(session_id), users.find(user_id)]),
    );
    if (session === undefined || session.user_id !== user_id || account === undefined) {
      throw new ParleyError('AUTH_FAILED', 'There is no such session.');
    }
    if (session.revoked_at !== null || session.expires_at <= clock.now()) throw revoked();
    if (account.disabled) throw new ParleyError('AUTH_FAILED', 'The account is disabled.');
    this.#known.remember(account.user);
    return { user: account.user, sessionEndsAt: session.expires_at };
  }

  async #ask<T>(what: string, work: Promise<T>): Promise<T> {
    try {
      return await within(this.#ports.clock, QUERY_MS, what, work);
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      throw new ParleyError('UNAVAILABLE', 'The accounts cannot be read now.', { cause: error });
    }
  }
}

function revoked(): ParleyError {
  return new ParleyError('SESSION_REVOKED', 'The session has ended.');
}
