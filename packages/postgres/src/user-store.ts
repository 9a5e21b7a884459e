/** Accounts. */
import type { User, Uuid } from '@parley/contracts';
import { iso } from '@parley/domain';
import type { Account, UserStore } from '@parley/ports';
import pg from 'pg';
import { type Pool, atPort, query } from './pool.js';
import { containing, decodeCursor, encodeCursor } from './reading/cursor.js';

interface UserRecord {
  readonly id: Uuid;
  readonly username: string | null;
  readonly email: string | null;
  readonly display_name: string;
  readonly role: 'user' | 'admin';
  readonly created_at: number;
}
type AccountRecord = UserRecord & {
  readonly password_hash: string;
  readonly disabled: boolean;
};

const USER = 'id, username, email, display_name, role, created_at';
const ACCOUNT = `${USER}, password_hash, disabled`;
const UNIQUE_VIOLATION = '23505';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createUserStore(pool: Pool): UserStore {
  return {
    create: async (account) => {
      try {
        const { rows } = await pool.query<UserRecord>(
          `INSERT INTO users (${USER}, password_hash)
           VALUES ($1, $2, $3, $4, $5, floor(extract(epoch FROM now()) * 1000)::bigint, $6)
           RETURNING ${USER}`,
          [
            ...[account.id, account.username, account.email],
            ...[account.display_name, account.role, account.password_hash],
          ],
        );
        const [row] = rows;
        if (row === undefined) throw new Error('the account was not written');
        return { user: toUser(row) };
      } catch (error) {
        const taken = takenBy(error);
        if (taken !== undefined) return { taken };
        throw atPort(error);
      }
    },
    findByLogin: async (login) => {
      const condition = 'lower(email) = lower($1) OR lower(username) = lower($1)';
      // A username never has an @, so at most one account matches; one that looks like an id gives way to the id.
      const byId = UUID.test(login) ? await findAccount(pool, 'id = $1::uuid', login) : undefined;
      return byId ?? findAccount(pool, condition, login);
    },
    find: (id) => findAccount(pool, 'id = $1', id),
    byIds: async (ids) => {
      const sql = `SELECT ${USER} FROM users WHERE id = ANY($1::uuid[])`;
      return (await query<UserRecord>(pool, sql, [ids], 'users-by-ids')).map(toUser);
    },
    byUsernames: async (usernames) => {
      const sql = `SELECT ${USER} FROM users
        WHERE lower(username) IN (SELECT lower(name) FROM unnest($1::text[]) AS name)`;
      return (await query<UserRecord>(pool, sql, [usernames], 'users-by-names')).map(toUser);
    },
    update: async (id, change) => {
      const [row] = await query<UserRecord>(
        pool,
        `UPDATE users SET display_name = coalesce($2, display_name), role = coalesce($3, role)
         WHERE id = $1 RETURNING ${USER}`,
        [id, change.display_name ?? null, change.role ?? null],
      );
      return row && toUser(row);
    },
    search: async (text, { limit, cursor }) => {
      const [name, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, 'string');
      const rows = await query<UserRecord & { sort: string }>(
        pool,
        `SELECT ${USER}, lower(display_name) AS sort FROM users
         WHERE NOT disabled AND (display_name ILIKE $1 OR username ILIKE $1)
           AND ($2::text IS NULL OR (lower(display_name), id) > ($2, $3::uuid))
         ORDER BY lower(display_name), id LIMIT $4`,
        [containing(text), name, id, limit + 1],
      );
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return {
        items: page.map(toUser),
        next_cursor: last === undefined ? null : encodeCursor(last.sort, last.id),
      };
    },
  };
}

async function findAccount(
  pool: Pool,
  condition: string,
  value: string,
): Promise<Account | undefined> {
  const sql = `SELECT ${ACCOUNT} FROM users WHERE ${condition}`;
  const [row] = await query<AccountRecord>(pool, sql, [value]);
  if (row === undefined) return undefined;
  return { user: toUser(row), password_hash: row.password_hash, disabled: row.disabled };
}

function toUser(row: UserRecord): User {
  const { id, username, email, display_name, role, created_at } = row;
  return { id, username, email, display_name, role, created_at: iso(created_at) };
}

function takenBy(error: unknown): 'email' | 'username' | undefined {
  if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) return undefined;
  if (error.constraint === 'users_email') return 'email';
  return error.constraint === 'users_username' ? 'username' : undefined;
}
