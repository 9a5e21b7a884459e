/** A session: one login on one device, as long as its refresh tokens are exchanged. */
import { nextRefreshId, ParleyError, type User } from '@parley/contracts';
import type { Account, Identity } from '@parley/ports';
import type { GatewayPorts } from '../ports.js';

type SessionPorts = Pick<GatewayPorts, 'sessions' | 'users' | 'tokens' | 'clock' | 'random'>;

/** Where a login comes from, for its owner to recognise. */
export interface Device {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** A fresh pair of tokens. */
export interface Grant {
  readonly access_token: string;
  readonly refresh_token: string;
  /** Seconds that the access token lives. */
  readonly expires_in: number;
  readonly user: User;
}

export async function openSession(
  ports: SessionPorts,
  { user }: Account,
  device: Device,
): Promise<Grant> {
  const identity = { user_id: user.id, session_id: ports.random.uuid() };
  const expiresAt = nextExpiry(ports);
  const refresh = ports.tokens.issueRefresh(identity, ports.random.uuid(), expiresAt);
  await ports.sessions.create({
    id: identity.session_id,
    user_id: user.id,
    refresh_hash: ports.tokens.hash(refresh),
    expires_at: expiresAt,
    user_agent: device.userAgent,
    ip: device.ip,
  });
  return grant(ports, identity, user, refresh, expiresAt);
}

/**
 * Exchanges a refresh token for the next pair. Everything in the pair follows from the spent token and the session's end,
 * so those who spend one token at the same time, at whatever node, are answered the same pair. A token that was spent more
 * than 10 s ago was stolen, by one side or the other: it ends the session.
 */
export async function refresh(ports: SessionPorts, token: string): Promise<Grant> {
  const identity = ports.tokens.verifyRefresh(token);
  const account = await ports.users.find(identity.user_id);
  if (account === undefined || account.disabled) throw revoked();
  const nextId = nextRefreshId(identity.id);
  const expiresAt = nextExpiry(ports);
  const next = ports.tokens.issueRefresh(identity, nextId, expiresAt);
  const outcome = await ports.sessions.rotate({
    session_id: identity.session_id,
    spent_hash: ports.tokens.hash(token),
    next_hash: ports.tokens.hash(next),
    expires_at: expiresAt,
  });
  if (outcome === 'rotated') return grant(ports, identity, account.user, next, expiresAt);
  if (outcome !== 'graced') throw revoked();
  // Another call was first, and its pair ends when the session now does.
  const session = await ports.sessions.find(identity.session_id);
  if (session === undefined || session.revoked_at !== null) throw revoked();
  const winners = ports.tokens.issueRefresh(identity, nextId, session.expires_at);
  return grant(ports, identity, account.user, winners, session.expires_at);
}

/** Whom an access token speaks for. A signature is not enough: the session must live, and the account be enabled. */
export async function authenticate(
  ports: SessionPorts,
  token: string,
): Promise<{ readonly identity: Identity; readonly user: User }> {
  const identity = ports.tokens.verifyAccess(token);
  const [session, account] = await Promise.all([
    ports.sessions.find(identity.session_id),
    ports.users.find(identity.user_id),
  ]);
  const lives = session?.revoked_at === null && session.expires_at > ports.clock.now();
  if (!lives || session.user_id !== identity.user_id) throw revoked();
  if (account === undefined || account.disabled) throw revoked();
  return { identity, user: account.user };
}

/** Ends the session that any of its tokens names; a session that has ended already stays so. */
export async function logout(
  ports: SessionPorts,
  tokens: { readonly access?: string | undefined; readonly refresh?: string | undefined },
): Promise<void> {
  const { access, refresh } = tokens;
  const verifications = [
    access === undefined ? undefined : () => ports.tokens.verifyAccess(access),
    refresh === undefined ? undefined : () => ports.tokens.verifyRefresh(refresh),
  ].filter((verification) => verification !== undefined);
  if (verifications.length === 0) throw new ParleyError('AUTH_REQUIRED', 'not logged in');
  await ports.sessions.revoke(firstIdentity(verifications).session_id);
}

/** A token for one WebSocket. */
export function issueTicket(
  ports: SessionPorts,
  identity: Identity,
): { readonly ticket: string; readonly expires_in: number } {
  return { ticket: ports.tokens.issueTicket(identity, ports.random.uuid()), expires_in: 30 };
}

function grant(
  { tokens }: SessionPorts,
  identity: Identity,
  user: User,
  refresh_token: string,
  expiresAt: number,
): Grant {
  const issuedAt = expiresAt - tokens.refreshSeconds * 1000;
  return {
    access_token: tokens.issueAccess(identity, issuedAt),
    refresh_token,
    expires_in: tokens.accessSeconds,
    user,
  };
}

/** When a refresh token made now ends, in Unix ms. Whole seconds, as tokens count them. */
function nextExpiry({ clock, tokens }: SessionPorts): number {
  return (Math.floor(clock.now() / 1000) + tokens.refreshSeconds) * 1000;
}

const revoked = (): ParleyError => new ParleyError('SESSION_REVOKED', 'the session has ended');

/** What the first good token says; the failure of the last one if none is good. */
function firstIdentity(verifications: readonly (() => Identity)[]): Identity {
  const [verify, ...others] = verifications;
  if (verify === undefined) throw new ParleyError('AUTH_REQUIRED', 'not logged in');
  try {
    return verify();
  } catch (error) {
    if (others.length === 0) throw error;
    return firstIdentity(others);
  }
}
