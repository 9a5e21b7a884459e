import type { Uuid } from '@parley/contracts';

/** A login on one device: a family of refresh tokens, of which only hashes are kept. */
export interface Session {
  readonly id: Uuid;
  readonly user_id: Uuid;
  readonly created_at: number;
  readonly last_seen_at: number;
  /** Unix ms; `null` while it lives. */
  readonly revoked_at: number | null;
  readonly expires_at: number;
  readonly user_agent: string | null;
  readonly ip: string | null;
}

export interface SessionStore {
  create(session: {
    readonly id: Uuid;
    readonly user_id: Uuid;
    readonly refresh_hash: string;
    readonly expires_at: number;
    readonly user_agent: string | null;
    readonly ip: string | null;
  }): Promise<void>;
  find(id: Uuid): Promise<Session | undefined>;
  /**
   * Spends a refresh token for the next one, atomically: of parallel callers with the same token one is `rotated`.
   * `graced`: it was spent less than 10 s ago (the winner's pair may be answered); `reused`: it was spent earlier, the
   * session is revoked by this call; `unknown`: no such live session or token.
   */
  rotate(rotation: {
    readonly session_id: Uuid;
    readonly spent_hash: string;
    readonly next_hash: string;
    readonly expires_at: number;
  }): Promise<'rotated' | 'graced' | 'reused' | 'unknown'>;
  revoke(id: Uuid): Promise<void>;
  /**
   * Sessions revoked since a mark that the store itself handed out (none: answers the mark alone). Marks overlap: the
   * same session may be answered again, none is missed.
   */
  revokedSince(
    mark: string | undefined,
  ): Promise<{ readonly ids: readonly Uuid[]; readonly mark: string }>;
  /** Spends a single-use id until `expires_at` (Unix ms); false if it was spent. */
  spend(id: string, expiresAt: number): Promise<boolean>;
}
