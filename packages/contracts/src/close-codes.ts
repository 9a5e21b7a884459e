/** Why a WebSocket is closed. Codes from 4400 mirror an HTTP status. */
export const CLOSE = {
  /** The server goes away for good, or the client asked to end. */
  goingAway: 1001,
  /** Too many bad frames. */
  policy: 1008,
  /** A frame above 64 KiB (sent by ws itself). */
  tooBig: 1009,
  /** The edge restarts: come back to any edge with your seqs. */
  restart: 1012,
  /** This edge cannot serve you now (too slow a reader, not ready): come back later with your seqs. */
  tryAgainLater: 1013,
  /** The token is missing, forged, expired or of another kind. */
  unauthenticated: 4401,
  /** Not allowed here. */
  forbidden: 4403,
  /** No such conversation. */
  notFound: 4404,
  /** No `auth` within 30 s of opening. */
  authTimeout: 4408,
  /** The session was ended (logout, password change, disabled account). */
  sessionRevoked: 4409,
  /** Far beyond the rate limit. */
  rate: 4429,
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/** Closes after which a client must not come back with the same token. */
export const FINAL_CLOSES: ReadonlySet<number> = new Set([
  CLOSE.unauthenticated,
  CLOSE.forbidden,
  CLOSE.notFound,
  CLOSE.sessionRevoked,
]);
