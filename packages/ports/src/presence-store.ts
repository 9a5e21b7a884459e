import type { Uuid } from '@parley/contracts';

/** How long an edge counts as alive without renewing, in ms. */
export const PRESENCE_LEASE_MS = 30_000;

/**
 * Who is online. Each edge holds one lease and names its users; a user is online while an edge with a live lease names
 * him. Losing everything costs presence for one lease and nothing else.
 */
export interface PresenceStore {
  /** Renews the edge's lease and replaces the set of its users. Call it every third of the lease. */
  renew(edgeId: string, users: readonly Uuid[]): Promise<void>;
  /** Adds a user to the edge's set; true if he was offline. */
  arrive(edgeId: string, userId: Uuid): Promise<boolean>;
  /** Removes a user from the edge's set; true if he is offline now. */
  leave(edgeId: string, userId: Uuid): Promise<boolean>;
  /** Ends the edge's lease. */
  release(edgeId: string): Promise<void>;
  /** Which of these users are online. */
  online(userIds: readonly Uuid[]): Promise<ReadonlySet<Uuid>>;
  /** When the user was last seen (Unix ms), if known. */
  lastSeen(userIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, number>>;
}
