/**
 * One room's way back to a client: what it missed, then `sync.done`, then live.
 *
 * The room is silent on that socket meanwhile, and nothing is buffered for it: the room's ring keeps what happens. Between two
 * awaits the order of the log does not move, so "the rest of the ring, `sync.done`, live" is one instant.
 */
import { MAX_BATCH_FRAME_BYTES, MAX_SYNC_ROWS, offsetOf, type Seq } from '@parley/contracts';
import {
  sleep,
  within,
  type Clock,
  type Logger,
  type ProjectionWatch,
  type RoomChanges,
  type RoomStore,
} from '@parley/ports';
import { encodeFrames, pagesOf } from './frames.js';
import type { Hearer } from './hearer.js';
import type { Partitions } from './partitions.js';
import type { LocalRoom, Rooms } from './rooms.js';
import { judgeRows, sourceOf } from './sync-plan.js';

/** How long a sync may take beside waiting for its socket, in ms; then the client is told to ask again. */
const DEADLINE_MS = 15_000;
/** How long one query may take, in ms. */
const QUERY_MS = 5_000;
/** Before reading again what was too old, in ms: the poller may be ahead of what the next read shows. */
const AGAIN_MS = 20;

export interface SyncPorts {
  readonly store: RoomStore;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rooms: Rooms;
  readonly partitions: Partitions;
}

export interface SyncStart {
  /** What the client has. */
  readonly after: Seq;
  readonly foreign: boolean;
  /** What it is told to ask from again, if older changes cannot be had now. */
  readonly behind: Seq;
}

/** How a run ends, unless nobody asks any more. */
export interface SyncEnds {
  /**
   * Everything up to `through` was sent. Called in the same instant: the caller makes the room live before anything else can
   * happen in it.
   */
  readonly done: (through: Seq) => void;
  /** Older changes cannot be had now. */
  readonly behind: () => void;
}

export class SyncRun {
  readonly #ports: SyncPorts;
  readonly #hearer: Hearer;
  readonly #room: LocalRoom;
  readonly #ends: SyncEnds;
  #have: Seq;
  #foreign: boolean;
  /** Whether rows are on their way: then the client has no position. */
  #paging = false;

  constructor(
    ports: SyncPorts,
    hearer: Hearer,
    room: LocalRoom,
    start: Pick<SyncStart, 'after' | 'foreign'>,
    ends: SyncEnds,
  ) {
    this.#ports = ports;
    this.#hearer = hearer;
    this.#room = room;
    this.#ends = ends;
    this.#have = start.after;
    this.#foreign = start.foreign;
  }

  /** False once a newer sync took its place, or its client left the room or the edge. */
  get current(): boolean {
    return this.#room.silent.get(this.#hearer) === this;
  }

  async run(): Promise<void> {
    const deadline = this.#ports.clock.now() + DEADLINE_MS;
    while (this.current) {
      const source = sourceOf({
        after: this.#have,
        foreign: this.#foreign,
        joinedSeq: this.#joinedSeq(),
        ringReaches: (after) => this.#room.ring.reaches(after),
      });
      if (source === 'ring') {
        const slice = this.#room.ring.slice(this.#have, MAX_BATCH_FRAME_BYTES);
        if (slice.frames.length > 0) this.#hearer.send(encodeFrames(slice.frames));
        this.#have = slice.through;
        if (slice.complete) {
          if (this.current) this.#ends.done(Math.max(this.#have, this.#room.state.last_seq));
          return;
        }
      } else {
        const rows = await this.#read(source === 'reset', deadline);
        if (!this.current) return;
        if (rows === undefined) {
          this.#ends.behind();
          return;
        }
        if (!(await this.#page(rows.changes))) return;
        this.#have = rows.base;
        this.#foreign = false;
      }
      if (!(await this.#hearer.writable())) return;
    }
  }

  #joinedSeq(): Seq {
    return this.#room.state.members.get(this.#hearer.userId)?.joined_seq ?? 0;
  }

  /** Rows that the ring continues; `undefined` if they cannot be had in time. */
  async #read(
    reset: boolean,
    deadline: number,
  ): Promise<{ changes: RoomChanges; base: Seq } | undefined> {
    const { store, clock, logger, projection, partitions } = this.#ports;
    const { id, partition, ring } = this.#room;
    const { userId, reads } = this.#hearer;
    while (this.current && projection.available && clock.now() < deadline) {
      let changes: RoomChanges | undefined;
      try {
        const options = { after: this.#have, limit: MAX_SYNC_ROWS, reset };
        changes = await reads.run(async () => {
          if (!this.current) return undefined;
          return within(clock, QUERY_MS, 'a sync', store.changes(id, userId, options));
        });
      } catch (error) {
        logger.debug({ err: error, room: id }, 'a sync cannot read the projection');
        return undefined;
      }
      const wanted = this.#judge(changes, reset);
      if (changes !== undefined && 'base' in wanted) return { changes, base: wanted.base };
      const seq = 'base' in wanted ? this.#joinedSeq() : wanted.seq;
      const ms = Math.max(0, deadline - clock.now());
      // Rows wait for the projection to pass what they lack; the ring's floor rises meanwhile only if the room is very busy.
      if (!partitions.isOurs(seq) || !(await projection.reached(partition, offsetOf(seq), ms))) {
        logger.warn({ room: id, floor: ring.floor }, 'a sync waited for the projection in vain');
        return undefined;
      }
      await sleep(clock, AGAIN_MS);
    }
    return undefined;
  }

  #judge(changes: RoomChanges | undefined, reset: boolean): { base: Seq } | { seq: Seq } {
    // The room is not in the projection yet: at the latest it is once his own membership is.
    if (changes === undefined) return { seq: this.#joinedSeq() };
    const { partition, ring } = this.#room;
    const verdict = judgeRows({
      after: this.#have,
      projected: this.#ports.partitions.view(partition).seqOf(changes.projected[partition] ?? 0),
      reset: reset || changes.reset,
      joinedSeq: this.#joinedSeq(),
      ringFloor: ring.floor,
    });
    return verdict.use ? { base: verdict.base } : { seq: verdict.wanted };
  }

  /** Sends rows at the pace of the socket; false if nobody asks any more. */
  async #page({ room, members, messages, replies, reset }: RoomChanges): Promise<boolean> {
    this.#paging = true;
    const base = { type: 'sync.state', room_id: this.#room.id, reset, room };
    for (const page of pagesOf(base, { members, messages, replies })) {
      if (!(await this.#hearer.writable()) || !this.current) return false;
      this.#hearer.send(page);
    }
    this.#paging = false;
    return true;
  }

  /**
   * The user left the room, `frame` being his last event of it. He still gets what the ring has of his membership, if it is
   * all and not too much.
   */
  farewell(frame: string): void {
    const { ring } = this.#room;
    const hasItsBeginning = !this.#foreign && this.#joinedSeq() <= this.#have;
    if (!this.#paging && hasItsBeginning && ring.reaches(this.#have)) {
      const slice = ring.slice(this.#have, MAX_BATCH_FRAME_BYTES);
      if (slice.complete && slice.frames.length > 0) {
        this.#hearer.send(encodeFrames(slice.frames));
        return;
      }
    }
    this.#hearer.send(frame);
  }
}
