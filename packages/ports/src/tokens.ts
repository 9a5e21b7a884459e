import type { Uuid } from '@parley/contracts';

/** Whom a token speaks for. */
export interface Identity {
  readonly user_id: Uuid;
  readonly session_id: Uuid;
}

/** Signed tokens. Every verification fails with `ParleyError AUTH_FAILED`: expired, forged, or of another kind. */
export interface Tokens {
  /** Seconds that an access token lives. */
  readonly accessSeconds: number;
  /** Seconds that a refresh token lives. */
  readonly refreshSeconds: number;
  issueAccess(identity: Identity): string;
  verifyAccess(token: string): Identity;
  /** `id` makes each refresh token of a session another one. */
  issueRefresh(identity: Identity, id: Uuid): string;
  verifyRefresh(token: string): Identity & { readonly id: Uuid };
  /** A ticket for one WebSocket, 30 s. */
  issueTicket(identity: Identity, id: Uuid): string;
  verifyTicket(token: string): Identity & { readonly id: Uuid; readonly expires_at: number };
  /** What is stored of a refresh token. */
  hash(token: string): string;
}

/** Password hashing that takes its time. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long for a missing hash (`undefined`) as for a wrong password, and is false. */
  verify(hash: string | undefined, password: string): Promise<boolean>;
}
