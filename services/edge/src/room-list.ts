/** Which rooms a user is in: what the projection says, and what it has not seen yet, brought here. */
import { partitionOf, type Room, type Seq, type Uuid } from '@parley/contracts';
import {
  within,
  type Clock,
  type Logger,
  type ProjectionWatch,
  type RoomStore,
  type UserRooms,
} from '@parley/ports';
import type { Hosting } from './hosting.js';
import { newMembersOf } from './notice.js';
import type { Partitions } from './partitions.js';
import type { Rooms } from './rooms.js';

/** How long one query may take, in ms. */
const QUERY_MS = 5_000;
/** How long the tail may take to read what the rows show, in ms; then some may be counted twice. */
const TAIL_MS = 2_000;

/** What the projection said. All of the user's rooms that could be had are hosted when it is answered. */
export interface RoomList {
  readonly rows: ReadonlyMap<Uuid, Room>;
  /** The first seq of the room's partition that the rows do not know. */
  projectedSeq(roomId: Uuid): Seq;
  /** Not everything could be had: ask again when the projection is back. */
  readonly partial: boolean;
}

export interface RoomListPorts {
  readonly rooms: RoomStore;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class RoomLists {
  readonly #ports: RoomListPorts;
  readonly #partitions: Partitions;
  readonly #hosting: Hosting;
  readonly #local: Rooms;

  constructor(ports: RoomListPorts, partitions: Partitions, hosting: Hosting, local: Rooms) {
    this.#ports = ports;
    this.#partitions = partitions;
    this.#hosting = hosting;
    this.#local = local;
  }

  /**
   * Hosts the user's rooms. He is registered already: what the tail reads from now on is noticed elsewhere; what it has read
   * and the rows do not know is folded in here. `named`: rooms that he says he is in. Never rejects.
   */
  async gather(userId: Uuid, named: readonly Uuid[]): Promise<RoomList> {
    // From before the rows are read until they are folded, nothing that they may not know is dropped.
    const release = this.#partitions.hold();
    try {
      const answer = await this.#read(userId);
      if (answer === undefined) return this.#nothing();
      await this.#tailHasRead(answer);
      const rows = new Map(answer.rooms.map((room) => [room.id, room]));
      const since = this.#since(userId, answer);
      const listed = new Set([...rows.keys(), ...since.roomIds]);
      const roomIds = named.filter((id) => !listed.has(id));
      const failed = await this.#hosting.ensure(listed, { userId, roomIds });
      const { length } = answer.projected;
      return {
        rows,
        projectedSeq: (roomId) => {
          const partition = partitionOf(roomId, length);
          return this.#partitions.view(partition).seqOf(answer.projected[partition] ?? 0);
        },
        partial: failed.size > 0 || since.gap,
      };
    } finally {
      release();
    }
  }

  /** What the rows count must not be heard live again. */
  async #tailHasRead({ rooms, projected }: UserRooms): Promise<void> {
    const partitions = new Set(rooms.map(({ id }) => this.#partitions.of(id)));
    for (const partition of partitions) {
      await this.#partitions.hasRead(partition, projected[partition] ?? 0, TAIL_MS);
    }
  }

  async #read(userId: Uuid): Promise<UserRooms | undefined> {
    const { rooms, projection, clock, logger } = this.#ports;
    if (!projection.available) return undefined;
    try {
      return await within(clock, QUERY_MS, 'the rooms of a user', rooms.roomsOf(userId));
    } catch (error) {
      logger.warn({ err: error }, 'the rooms of a user cannot be read');
      return undefined;
    }
  }

  #nothing(): RoomList {
    return {
      rows: new Map(),
      projectedSeq: (roomId) => this.#partitions.view(this.#partitions.of(roomId)).seqOf(0),
      partial: true,
    };
  }

  /** Rooms of which the tail has read that he may have become a member. `gap`: that was too long ago to be told. */
  #since(userId: Uuid, { projected }: UserRooms): { roomIds: Set<Uuid>; gap: boolean } {
    const roomIds = new Set<Uuid>();
    let gap = false;
    for (const view of this.#partitions.views()) {
      const kept = view.membershipSince(projected[view.partition] ?? 0);
      if (kept === undefined) gap = true;
      for (const { event } of kept ?? []) {
        if (newMembersOf(event).includes(userId)) roomIds.add(event.room_id);
      }
    }
    for (const room of this.#local.of(userId)) roomIds.delete(room.id);
    return { roomIds, gap };
  }
}
