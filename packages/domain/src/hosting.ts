/**
 * One partition of room-events as an edge or an AI worker sees it.
 *
 * The view keeps the raw records that the projection may not have passed (bounded), so that a room read from the
 * projection at any position it may show can be brought up to the tail: hosted = rows at R + kept records after R + live.
 * It keeps one poll's worth more than it must: a read that began before the last poll is still welcome.
 */
import { parseRoomKey, seqOf, type LogEpoch, type RoomEvent, type Uuid } from '@parley/contracts';
import type { DeadReason } from '@parley/contracts';
import { KeptRecords, type KeptRecord } from './kept-records.js';
import { decodeRoomRecord } from './record.js';
import { applyRoomEvent, type Outcome } from './reduce.js';
import { emptyRoom, type RoomState } from './room-state.js';
import type { Stamp } from './window.js';

export type { KeptRecord } from './kept-records.js';

/** An event of a hosted room with its verdict. `room` is the live state, which later events change. */
export interface Judged {
  readonly room: RoomState;
  readonly event: RoomEvent;
  readonly stamp: Stamp;
  readonly outcome: Outcome;
  /** The stored JSON, for frames. */
  readonly text: string;
}

export interface Taken {
  /** The event's room is hosted. */
  readonly judged?: Judged;
  /** The event of a `+` record of this log, hosted or not, not judged by itself. */
  readonly membership?: RoomEvent;
  readonly genesis?: LogEpoch;
  readonly foreign?: true;
  readonly dead?: DeadReason;
}

export type Hosting =
  /** `replayed`: what was judged on the way from `at` to the tail; empty if the room was hosted already. */
  | { readonly status: 'hosted'; readonly replayed: Judged[] }
  /** The projection has passed this tail: read on, then host again with the same state. */
  | { readonly status: 'tail_behind' }
  /** Kept records do not reach back to `at`: load again once the projection has come further. */
  | { readonly status: 'projection_behind' };

/** A membership event as it was read, not judged. */
export interface Membership {
  readonly event: RoomEvent;
  readonly stamp: Stamp;
}

/** Default bound of the values kept per partition, in bytes: 100,000 records of a common size. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/** Length of a UUID: the genesis record's key is none, and it must be decoded whatever its key is. */
const UUID_LENGTH = 36;

export class PartitionView {
  readonly partition: number;
  readonly #logId: Uuid;
  readonly #epoch: number;
  readonly #rooms = new Map<Uuid, RoomState>();
  readonly #kept: KeptRecords<Membership>;
  #projected: number;

  /**
   * `from`: the first offset that will be taken; `maxKept`, `maxKeptBytes`: the most records and bytes of values kept.
   * What is too much is evicted, oldest first.
   */
  constructor(options: {
    readonly partition: number;
    readonly logId: Uuid;
    readonly epoch: number;
    readonly from: number;
    readonly maxKept: number;
    readonly maxKeptBytes?: number;
  }) {
    this.partition = options.partition;
    this.#logId = options.logId;
    this.#epoch = options.epoch;
    this.#projected = options.from;
    this.#kept = new KeptRecords(
      options.from,
      options.maxKept,
      options.maxKeptBytes ?? MAX_KEPT_BYTES,
    );
  }

  /** T: the next offset to read. */
  get next(): number {
    return this.#kept.next;
  }

  /** R as last told. */
  get projected(): number {
    return this.#projected;
  }

  /** The lowest position at which a room can still be hosted. */
  get keptFrom(): number {
    return this.#kept.from;
  }

  /** How many records are kept. */
  get keptCount(): number {
    return this.#kept.count;
  }

  /** The seq of an offset of this log. */
  seqOf(offset: number): number {
    return seqOf(this.#epoch, offset);
  }

  #stampOf(record: KeptRecord): Stamp {
    return { seq: this.seqOf(record.offset), at: record.at };
  }

  /**
   * Takes the next record of the tail. The value is copied: it may be a view of a larger buffer. Records of rooms that are
   * not hosted are skipped by key, unparsed, unless they change membership. Throws RangeError when `offset` is not `next`.
   */
  take(record: KeptRecord): Taken {
    if (record.offset !== this.next) {
      throw new RangeError(`expected offset ${this.next}, was given ${record.offset}`);
    }
    const { roomId, changesMembership } = parseRoomKey(record.key);
    const room = this.#rooms.get(roomId);
    const skipped = room === undefined && !changesMembership && record.key.length === UUID_LENGTH;
    if (skipped) {
      this.#kept.push(roomId, record);
      return {};
    }
    const decoded = decodeRoomRecord(record, this.#logId);
    if (decoded.kind !== 'event') {
      this.#kept.pass();
      if (decoded.kind === 'genesis') return { genesis: decoded.genesis };
      return decoded.kind === 'foreign' ? { foreign: true } : { dead: decoded.reason };
    }
    const { event, text } = decoded;
    const stamp = this.#stampOf(record);
    const membership = changesMembership ? { event, stamp } : undefined;
    this.#kept.push(roomId, record, membership);
    return {
      ...(membership === undefined ? {} : { membership: event }),
      ...(room === undefined ? {} : { judged: this.#judge(room, event, stamp, text) }),
    };
  }

  #judge(room: RoomState, event: RoomEvent, stamp: Stamp, text: string): Judged {
    return { room, event, stamp, outcome: applyRoomEvent(room, event, stamp), text };
  }

  /**
   * The projection stands at `next`. It may have gone back: then nothing is lost here, but rooms read at a position below
   * the kept records cannot be hosted until it has caught up. Drops what was already projected when it was last asked.
   */
  projectedTo(next: number): void {
    this.#kept.dropBelow(Math.min(this.#projected, next));
    this.#projected = next;
  }

  room(roomId: Uuid): RoomState | undefined {
    return this.#rooms.get(roomId);
  }

  rooms(): IterableIterator<RoomState> {
    return this.#rooms.values();
  }

  /**
   * Hosts a room whose state was read at position `at` (`undefined`: it does not exist there). On `hosted` the view owns
   * `state` and judges all that follows; otherwise `state` is untouched. A room hosted already stays as it is.
   */
  host(roomId: Uuid, state: RoomState | undefined, at: number): Hosting {
    if (this.#rooms.has(roomId)) return { status: 'hosted', replayed: [] };
    if (at > this.next) return { status: 'tail_behind' };
    if (at < this.#kept.from) return { status: 'projection_behind' };
    const room = state ?? emptyRoom(roomId);
    const replayed: Judged[] = [];
    for (const record of this.#kept.ofRoom(roomId, at)) {
      const decoded = decodeRoomRecord(record, this.#logId);
      if (decoded.kind !== 'event') continue;
      replayed.push(this.#judge(room, decoded.event, this.#stampOf(record), decoded.text));
    }
    this.#rooms.set(roomId, room);
    return { status: 'hosted', replayed };
  }

  release(roomId: Uuid): void {
    this.#rooms.delete(roomId);
  }

  /**
   * The `+` events kept at or after `at`, in order, not judged: to be folded into a user's room list that was read at
   * `at`. `undefined` if kept records do not reach back to `at`.
   */
  membershipSince(at: number): Membership[] | undefined {
    return at < this.#kept.from ? undefined : this.#kept.markedSince(at);
  }

  /** Passes a gap that is real: the next record will have `offset`. Hosted rooms stay. Throws RangeError backwards. */
  skipTo(offset: number): void {
    if (offset < this.next) throw new RangeError(`cannot go back from ${this.next} to ${offset}`);
    this.#kept.pass(offset);
  }
}
