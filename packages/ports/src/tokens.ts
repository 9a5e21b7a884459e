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
  /** `issuedAt` (Unix ms, now if left out) makes a token that is issued twice the same one. */
  issueAccess(identity: Identity, issuedAt?: number): string;
  verifyAccess(token: string): Identity;
  /**
   * `id` makes each refresh token of a session another one. The same identity, id and `expiresAt` (Unix ms, to the second;
   * `refreshSeconds` from now if left out) give the same token, wherever it is issued.
   */
  issueRefresh(identity: Identity, id: Uuid, expiresAt?: number): string;
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
