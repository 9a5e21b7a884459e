/** The rooms hosted here, who hears them, and which of them a user is in. */
import type { Uuid } from '@parley/contracts';
import type { RoomState } from '@parley/domain';
import type { Hearer } from './hearer.js';
import type { Ring } from './ring.js';

/** A room as it stands at the tail's position, with those of its members who are connected here. */
export class LocalRoom {
  /** Members now. */
  memberCount = 0;
  /** They hear events as they come. */
  readonly live = new Set<Hearer>();
  /** They are silent until their sync is done. The value is that sync: a newer one takes its place. */
  readonly silent = new Map<Hearer, object>();
  /** Unix ms since when nobody here is in it; `null` while somebody is. */
  emptySince: number | null;

  constructor(
    readonly partition: number,
    /** Owned and changed by the partition's view. */
    readonly state: RoomState,
    readonly ring: Ring,
    now: number,
  ) {
    this.emptySince = now;
  }

  get id(): Uuid {
    return this.state.id;
  }

  hears(hearer: Hearer): boolean {
    return this.live.has(hearer) || this.silent.has(hearer);
  }
}

/** Index of hosted rooms. It changes with the verdicts of the tail, so what it says of members holds at that position. */
export class Rooms {
  readonly #rooms = new Map<Uuid, LocalRoom>();
  readonly #ofUser = new Map<Uuid, Set<LocalRoom>>();

  get size(): number {
    return this.#rooms.size;
  }

  get(roomId: Uuid): LocalRoom | undefined {
    return this.#rooms.get(roomId);
  }

  all(): Iterable<LocalRoom> {
    return this.#rooms.values();
  }

  /** The hosted rooms that a user is a member of. */
  of(userId: Uuid): Iterable<LocalRoom> {
    return this.#ofUser.get(userId) ?? [];
  }

  add(room: LocalRoom): void {
    this.#rooms.set(room.id, room);
    for (const member of room.state.members.values()) {
      if (member.left_at === null) this.joined(room, member.user_id);
    }
  }

  remove(room: LocalRoom): void {
    this.#rooms.delete(room.id);
    for (const userId of room.state.members.keys()) this.left(room, userId);
  }

  joined(room: LocalRoom, userId: Uuid): void {
    let rooms = this.#ofUser.get(userId);
    if (rooms === undefined) this.#ofUser.set(userId, (rooms = new Set()));
    if (rooms.has(room)) return;
    rooms.add(room);
    room.memberCount += 1;
  }

  left(room: LocalRoom, userId: Uuid): void {
    const rooms = this.#ofUser.get(userId);
    if (rooms?.delete(room) !== true) return;
    room.memberCount -= 1;
    if (rooms.size === 0) this.#ofUser.delete(userId);
  }

  /** From now on it hears what happens. */
  hear(room: LocalRoom, hearer: Hearer): void {
    if (hearer.closed) return;
    room.silent.delete(hearer);
    room.live.add(hearer);
    room.emptySince = null;
    hearer.roomIds.add(room.id);
  }

  /** It is in the room, and hears nothing until `sync` is done. */
  silence(room: LocalRoom, hearer: Hearer, sync: object): void {
    if (hearer.closed) return;
    room.live.delete(hearer);
    room.silent.set(hearer, sync);
    room.emptySince = null;
    hearer.roomIds.add(room.id);
  }

  /** It is in the room no more. */
  depart(room: LocalRoom, hearer: Hearer, now: number): void {
    room.live.delete(hearer);
    room.silent.delete(hearer);
    hearer.roomIds.delete(room.id);
    hearer.unnamed.delete(room.id);
    hearer.ungiven.delete(room.id);
    if (room.live.size === 0 && room.silent.size === 0) room.emptySince ??= now;
  }
}
