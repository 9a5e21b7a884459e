/** The tables of the simulated database, by room, with an undo for what a crash forgets. */
import type { Seq, Uuid } from '@parley/contracts';
import type { MemberRow, MessageRow, ReplyRow, RoomRow, VerdictRow } from '@parley/domain';

export interface RoomTables {
  room: RoomRow | undefined;
  readonly members: Map<Uuid, MemberRow>;
  readonly messages: Map<Uuid, MessageRow>;
  readonly replies: Map<Uuid, ReplyRow>;
  /** By message: `emoji user_id`. */
  readonly reactions: Map<Uuid, readonly (readonly [string, Uuid])[]>;
  readonly verdicts: Map<Uuid, VerdictRow>;
  /** By user: how far read. */
  readonly reads: Map<Uuid, Seq>;
}

export function emptyRoomTables(): RoomTables {
  return {
    room: undefined,
    members: new Map(),
    messages: new Map(),
    replies: new Map(),
    reactions: new Map(),
    verdicts: new Map(),
    reads: new Map(),
  };
}

/** What undoes one transaction, newest step first. */
export class Undo {
  readonly #steps: (() => void)[] = [];

  put<K, V>(map: Map<K, V>, key: K, value: V): void {
    const had = map.has(key);
    const old = map.get(key) as V;
    this.#steps.push(() => {
      if (had) map.set(key, old);
      else map.delete(key);
    });
    map.set(key, value);
  }

  /** Deleted rows come back at the end of the map: only of tables without an order. */
  remove<K, V>(map: Map<K, V>, key: K): void {
    if (!map.has(key)) return;
    const old = map.get(key) as V;
    this.#steps.push(() => map.set(key, old));
    map.delete(key);
  }

  step(undo: () => void): void {
    this.#steps.push(undo);
  }

  run(): void {
    for (const step of this.#steps.reverse()) step();
  }
}
