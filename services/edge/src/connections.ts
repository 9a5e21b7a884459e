import type { Uuid } from '@parley/contracts';

/** The authenticated connections of this edge, by user and by session. */
export class Connections<C extends { readonly userId: Uuid; readonly sessionId: Uuid }> {
  readonly #byUser = new Map<Uuid, Set<C>>();
  readonly #bySession = new Map<Uuid, Set<C>>();

  add(connection: C): void {
    addTo(this.#byUser, connection.userId, connection);
    addTo(this.#bySession, connection.sessionId, connection);
  }

  remove(connection: C): void {
    removeFrom(this.#byUser, connection.userId, connection);
    removeFrom(this.#bySession, connection.sessionId, connection);
  }

  ofUser(userId: Uuid): ReadonlySet<C> | undefined {
    return this.#byUser.get(userId);
  }

  ofSession(sessionId: Uuid): ReadonlySet<C> | undefined {
    return this.#bySession.get(sessionId);
  }
}

function addTo<C>(map: Map<Uuid, Set<C>>, key: Uuid, value: C): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

function removeFrom<C>(map: Map<Uuid, Set<C>>, key: Uuid, value: C): void {
  const set = map.get(key);
  if (set?.delete(value) === true && set.size === 0) map.delete(key);
}
