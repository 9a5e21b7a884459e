/** Logins. */
import type { Uuid } from '@parley/contracts';
import type { Clock, Session, SessionStore } from '@parley/ports';
import { type Connection, type Pool, query, transaction } from './pool.js';

/** How long a spent refresh token is answered with its successor: parallel refreshes of one client. */
const GRACE_MS = 10_000;
/** By how much marks overlap: more than a revocation may take from its timestamp to being visible. */
const OVERLAP_MS = 15_000;
/** How long the rows of ended sessions stay. */
const KEEP_ENDED_MS = 30 * 86_400_000;

const SESSION = `id, user_id, created_at, last_seen_at, revoked_at, expires_at, user_agent, ip`;
/** The database's clock, which all gateways share: marks are made of it. */
const DATABASE_NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

type Rotation = Parameters<SessionStore['rotate']>[0];

export function createSessionStore(pool: Pool, clock: Clock): SessionStore {
  return {
    create: async (session) => {
      const now = clock.now();
      await query(
        pool,
        `INSERT INTO sessions (id, user_id, refresh_hash, created_at, last_seen_at, expires_at,
                               user_agent, ip)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)`,
        [
          ...[session.id, session.user_id, session.refresh_hash, now],
          ...[session.expires_at, session.user_agent, session.ip],
        ],
      );
      await prune(pool, 'sessions', now - KEEP_ENDED_MS);
    },
    find: async (id) => {
      const sql = `SELECT ${SESSION} FROM sessions WHERE id = $1`;
      const [row] = await query<Session>(pool, sql, [id], 'find-session');
      return row;
    },
    rotate: (rotation) =>
      transaction(pool, 'BEGIN', (connection) => rotate(connection, rotation, clock.now())),
    revoke: async (id) => revoke(pool, id),
    revokedSince: async (mark) => {
      const [now] = await query<{ now: number }>(pool, `SELECT ${DATABASE_NOW} AS now`);
      const next = String((now?.now ?? 0) - OVERLAP_MS);
      if (mark === undefined) return { ids: [], mark: next };
      const rows = await query<{ id: Uuid }>(
        pool,
        'SELECT id FROM sessions WHERE revoked_at >= $1::bigint',
        [mark],
        'revoked-since',
      );
      return { ids: rows.map((row) => row.id), mark: next };
    },
    spend: async (id, expiresAt) => {
      const rows = await query(
        pool,
        'INSERT INTO spent_ids (id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id',
        [id, expiresAt],
        'spend',
      );
      // An expired id is refused for its age, so it need not be remembered.
      await prune(pool, 'spent_ids', clock.now() - KEEP_ENDED_MS);
      return rows.length === 1;
    },
  };
}

/** The session's row is locked, so parallel callers take turns and only the first finds its token unspent. */
async function rotate(
  connection: Connection,
  rotation: Rotation,
  now: number,
): Promise<'rotated' | 'graced' | 'reused' | 'unknown'> {
  const { session_id, spent_hash, next_hash, expires_at } = rotation;
  const [session] = await query<{ refresh_hash: string }>(
    connection,
    `SELECT refresh_hash FROM sessions
     WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2 FOR UPDATE`,
    [session_id, now],
  );
  if (session === undefined) return 'unknown';
  if (session.refresh_hash === spent_hash) {
    await query(
      connection,
      `WITH spent AS (
         INSERT INTO spent_refresh_tokens (session_id, hash, spent_at) VALUES ($1, $2, $4)
       )
       UPDATE sessions SET refresh_hash = $3, last_seen_at = $4, expires_at = $5 WHERE id = $1`,
      [session_id, spent_hash, next_hash, now, expires_at],
    );
    return 'rotated';
  }
  const [spent] = await query<{ spent_at: number }>(
    connection,
    'SELECT spent_at FROM spent_refresh_tokens WHERE session_id = $1 AND hash = $2',
    [session_id, spent_hash],
  );
  if (spent === undefined) return 'unknown';
  if (now - spent.spent_at < GRACE_MS) return 'graced';
  await revoke(connection, session_id);
  return 'reused';
}

async function revoke(on: Pool | Connection, id: Uuid): Promise<void> {
  await query(
    on,
    `UPDATE sessions SET revoked_at = ${DATABASE_NOW} WHERE id = $1 AND revoked_at IS NULL`,
    [id],
  );
}

/** A few at a time, along with the writes that make them. */
async function prune(
  pool: Pool,
  table: 'sessions' | 'spent_ids',
  expiredBefore: number,
): Promise<void> {
  await query(
    pool,
    `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM ${table} WHERE expires_at < $1 LIMIT 20))`,
    [expiredBefore],
  );
}
