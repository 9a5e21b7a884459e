/** Accounts, sessions and tokens: enough of them for sockets to open. None of this is lost by a crash. */
import { ParleyError, type User, type Uuid } from '@parley/contracts';
import { iso } from '@parley/domain';
import type { Identity, Session, SessionStore, Tokens, UserStore } from '@parley/ports';
import type { SimNode } from '../sim-node.js';
import type { Database } from './database.js';

/** All accounts of a world, and which of their sessions have ended. */
export class Accounts {
  readonly users = new Map<Uuid, User>();
  readonly sessions = new Map<Uuid, Session>();
  readonly spent = new Set<string>();
  readonly revoked: Uuid[] = [];

  add(id: Uuid, name: string, now: number, shown = name): User {
    const user: User = {
      id,
      username: name,
      email: null,
      display_name: shown,
      role: 'user',
      created_at: iso(now),
    };
    this.users.set(id, user);
    return user;
  }

  nameOf(id: Uuid): string {
    return this.users.get(id)?.display_name ?? 'someone';
  }

  begin(id: Uuid, userId: Uuid, now: number): void {
    this.sessions.set(id, {
      id,
      user_id: userId,
      created_at: now,
      last_seen_at: now,
      revoked_at: null,
      expires_at: now + 365 * 86_400_000,
      user_agent: null,
      ip: null,
    });
  }

  revoke(id: Uuid, now: number): void {
    const session = this.sessions.get(id);
    if (session === undefined || session.revoked_at !== null) return;
    this.sessions.set(id, { ...session, revoked_at: now });
    this.revoked.push(id);
  }
}

export function createUserStore(database: Database, accounts: Accounts, node: SimNode): UserStore {
  const ask = <T>(work: () => T): Promise<T> => database.request(node, work);
  const accountOf = (user: User | undefined) =>
    user === undefined ? undefined : { user, password_hash: '', disabled: false };
  return {
    create: ({ id, username, display_name }) =>
      ask(() => ({
        user: accounts.add(id, username ?? display_name, node.clock.now(), display_name),
      })),
    findByLogin: (login) =>
      ask(() => accountOf([...accounts.users.values()].find(({ username }) => username === login))),
    find: (id) => ask(() => accountOf(accounts.users.get(id))),
    byIds: (ids) => ask(() => ids.flatMap((id) => accounts.users.get(id) ?? [])),
    byUsernames: (names) =>
      ask(() =>
        [...accounts.users.values()].filter(({ username }) => names.includes(username ?? '')),
      ),
    update: (id) => ask(() => accounts.users.get(id)),
    search: () => ask(() => ({ items: [...accounts.users.values()], next_cursor: null })),
  };
}

export function createSessionStore(
  database: Database,
  accounts: Accounts,
  node: SimNode,
): SessionStore {
  const ask = <T>(work: () => T): Promise<T> => database.request(node, work);
  return {
    create: () => Promise.reject(new Error('sessions are made by the world')),
    find: (id) => ask(() => accounts.sessions.get(id)),
    rotate: () => ask(() => 'unknown' as const),
    revoke: (id) => ask(() => accounts.revoke(id, node.clock.now())),
    revokedSince: (mark) =>
      ask(() => ({
        ids: mark === undefined ? [] : accounts.revoked.slice(Math.max(0, Number(mark) - 5)),
        mark: String(accounts.revoked.length),
      })),
    spend: (id) =>
      ask(() => {
        const first = !accounts.spent.has(id);
        accounts.spent.add(id);
        return first;
      }),
  };
}

/** Tokens that say whom they speak for. Nobody forges here. */
export function createTokens(): Tokens {
  const issue = (kind: string, identity: Identity, id?: Uuid): string =>
    [kind, identity.user_id, identity.session_id, id ?? ''].join(' ');
  const verify = (kind: string, token: string): Identity & { readonly id: Uuid } => {
    const [given, user_id, session_id, id] = token.split(' ');
    if (given !== kind || user_id === undefined || session_id === undefined) {
      throw new ParleyError('AUTH_FAILED', 'The token is of another kind.');
    }
    return { user_id, session_id, id: id ?? '' };
  };
  return {
    accessSeconds: 900,
    refreshSeconds: 604_800,
    issueAccess: (identity) => issue('access', identity),
    verifyAccess: (token) => verify('access', token),
    issueRefresh: (identity, id) => issue('refresh', identity, id),
    verifyRefresh: (token) => verify('refresh', token),
    issueTicket: (identity, id) => issue('ticket', identity, id),
    verifyTicket: (token) => ({ ...verify('ticket', token), expires_at: Number.MAX_SAFE_INTEGER }),
    hash: (token) => token,
  };
}
