import type { Uuid } from '@parley/contracts';
import { PRESENCE_LEASE_MS, type Clock, type PresenceStore } from '@parley/ports';

/** Users whose last visit is remembered; the longest unseen are forgotten first. About 10 MB. */
const MAX_LAST_SEEN = 100_000;

interface Lease {
  until: number;
  users: Set<Uuid>;
}

/** Who is online, for the edges of one process. */
export function createMemoryPresenceStore(ports: {
  readonly clock: Pick<Clock, 'now'>;
}): PresenceStore {
  const { clock } = ports;
  const leases = new Map<string, Lease>();
  const seen = new Map<Uuid, number>();

  const lives = (lease: Lease): boolean => lease.until > clock.now();
  const isOnline = (userId: Uuid): boolean => {
    for (const lease of leases.values()) {
      if (lives(lease) && lease.users.has(userId)) return true;
    }
    return false;
  };
  const dropEnded = (): void => {
    for (const [edgeId, lease] of leases) if (!lives(lease)) leases.delete(edgeId);
  };
  const see = (userId: Uuid): void => {
    // Deleted first: a Map keeps the order of insertion, so the first key is the longest unseen.
    seen.delete(userId);
    seen.set(userId, clock.now());
    if (seen.size <= MAX_LAST_SEEN) return;
    const [longestUnseen] = seen.keys();
    if (longestUnseen !== undefined) seen.delete(longestUnseen);
  };

  return {
    async renew(edgeId, users) {
      dropEnded();
      leases.set(edgeId, { until: clock.now() + PRESENCE_LEASE_MS, users: new Set(users) });
      users.forEach(see);
    },
    async arrive(edgeId, userId) {
      dropEnded();
      const wasOffline = !isOnline(userId);
      const lease = leases.get(edgeId);
      if (lease === undefined) {
        leases.set(edgeId, { until: clock.now() + PRESENCE_LEASE_MS, users: new Set([userId]) });
      } else {
        lease.users.add(userId);
      }
      see(userId);
      return wasOffline;
    },
    async leave(edgeId, userId) {
      const lease = leases.get(edgeId);
      if (lease?.users.delete(userId) === true) see(userId);
      return !isOnline(userId);
    },
    async release(edgeId) {
      leases.get(edgeId)?.users.forEach(see);
      leases.delete(edgeId);
    },
    async online(userIds) {
      return new Set(userIds.filter(isOnline));
    },
    async lastSeen(userIds) {
      const known = new Map<Uuid, number>();
      for (const userId of userIds) {
        const at = seen.get(userId);
        if (at !== undefined) known.set(userId, at);
      }
      return known;
    },
  };
}
