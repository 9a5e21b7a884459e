/**
 * One room's way back to a client: what it missed, then `sync.done`, then live.
 *
 * The room is silent on that socket meanwhile, and nothing is buffered for it: the room's ring keeps what happens. Between two
 * awaits the order of the log does not move, so "the rest of the ring, `sync.done`, live" is one instant.
 */
import { MAX_BATCH_FRAME_BYTES, type Seq } from '@parley/contracts';
import type { RoomChanges } from '@parley/ports';
import { encodeFrames, pagesOf } from './frames.js';
import type { Hearer } from './hearer.js';
import type { LocalRoom } from './rooms.js';
import { sourceOf } from './sync-plan.js';
import { SyncRows, type RowsPorts } from './sync-rows.js';

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
  readonly #hearer: Hearer;
  readonly #room: LocalRoom;
  readonly #rows: SyncRows;
  readonly #ends: SyncEnds;
  #have: Seq;
  #foreign: boolean;
  /** Whether rows are on their way: then the client has no position. */
  #paging = false;

  constructor(
    ports: RowsPorts,
    hearer: Hearer,
    room: LocalRoom,
    start: Pick<SyncStart, 'after' | 'foreign'>,
    ends: SyncEnds,
  ) {
    this.#rows = new SyncRows(ports, hearer, room, () => this.current);
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
    // Many rooms of a connection may wait for its socket at once: each looks again right before it sends.
    while ((await this.#writable()) && this.current) {
      const source = sourceOf({
        after: this.#have,
        foreign: this.#foreign,
        joinedSeq: this.#rows.joinedSeq,
        ringReaches: (after) => this.#room.ring.reaches(after),
      });
      if (source !== 'ring') {
        // Its turn lasts until the rows are sent: few rooms' rows of a connection are in memory at a time.
        const reset = source === 'reset';
        if (!(await this.#hearer.reads.run(() => this.#fromRows(reset)))) return;
      } else if (!this.#hearer.congested && this.#fromRing()) return;
    }
  }

  /** Room in the socket as of the last look; false once it is closed. */
  async #writable(): Promise<boolean> {
    while (this.#hearer.congested) if (!(await this.#hearer.writable())) return false;
    return !this.#hearer.closed;
  }

  /** Sends what the ring has next; true at its end. */
  #fromRing(): boolean {
    const slice = this.#room.ring.slice(this.#have, MAX_BATCH_FRAME_BYTES);
    if (slice.frames.length > 0) this.#hearer.send(encodeFrames(slice.frames));
    this.#have = slice.through;
    if (slice.complete && this.current) {
      this.#ends.done(Math.max(this.#have, this.#room.state.last_seq));
    }
    return slice.complete;
  }

  /** Sends rows; false if that was the end. */
  async #fromRows(reset: boolean): Promise<boolean> {
    if (!this.current) return false;
    const rows = await this.#rows.read(this.#have, reset);
    if (!this.current) return false;
    if (rows === undefined) {
      this.#ends.behind();
      return false;
    }
    if (!(await this.#page(rows.changes))) return false;
    this.#have = rows.base;
    this.#foreign = false;
    return true;
  }

  /** Sends rows at the pace of the socket; false if nobody asks any more. */
  async #page({ room, members, messages, replies, reset }: RoomChanges): Promise<boolean> {
    this.#paging = true;
    const base = { type: 'sync.state', room_id: this.#room.id, reset, room };
    for (const page of pagesOf(base, { members, messages, replies })) {
      do {
        if (!(await this.#writable()) || !this.current) return false;
      } while (this.#hearer.congested);
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
    const hasItsBeginning = !this.#foreign && this.#rows.joinedSeq <= this.#have;
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
