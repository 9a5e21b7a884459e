/** Resume and sync: from what clients ask to runs, and from runs back to live. */
import {
  MAX_BATCH_FRAME_BYTES,
  offsetOf,
  type ResumePoint,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import { isMember } from '@parley/domain';
import { within } from '@parley/ports';
import { encodeFrames } from './frames.js';
import type { Hearer } from './hearer.js';
import type { Replies } from './replies.js';
import type { LocalRoom, Rooms } from './rooms.js';
import { placeOf } from './sync-plan.js';
import type { RowsPorts } from './sync-rows.js';
import { SyncRun, type SyncStart } from './sync-run.js';

/** How long a room is held for a client that was ahead of this edge's tail, in ms. */
const HOLD_MS = 15_000;
/** How long the log may take to say where it ends, in ms. */
const END_MS = 5_000;

export interface SyncsPorts extends RowsPorts {
  readonly rooms: Rooms;
}

/** Rooms that one connection may ask for without being in them. */
const MAX_AWAITED = 5_000;

/** Keeps a room silent until a `sync` frame names it. */
const UNNAMED = {};

/**
 * Waits until this edge knows all that the log has now of a user's standing in a room; false if it cannot tell for sure.
 */
export type CaughtUp = (hearer: Hearer, roomId: Uuid) => Promise<boolean>;

export class Syncs {
  readonly #ports: SyncsPorts;
  readonly #replies: Replies;
  readonly #caughtUp: CaughtUp;

  constructor(ports: SyncsPorts, replies: Replies, caughtUp: CaughtUp) {
    this.#ports = ports;
    this.#replies = replies;
    this.#caughtUp = caughtUp;
  }

  /** A `sync` frame. */
  request(hearer: Hearer, points: readonly ResumePoint[], more: boolean): void {
    for (const { room_id, after } of points) this.resume(hearer, room_id, after);
    if (!hearer.naming || more) return;
    hearer.naming = false;
    // What was not named was told in `ready` and has been silent since.
    for (const [roomId, told] of hearer.unnamed) this.resume(hearer, roomId, told);
  }

  /** The room is silent from now until its `sync.done`. */
  resume(hearer: Hearer, roomId: Uuid, after: Seq): void {
    hearer.unnamed.delete(roomId);
    const room = this.#ports.rooms.get(roomId);
    if (room?.hears(hearer) === true) this.resumeHere(hearer, room, after);
    else this.#guarded(this.#absent(hearer, roomId, after));
  }

  /** The room is silent until a `sync` names it, or the last one does not. `told`: the seq of the room in `ready`. */
  keepSilent(hearer: Hearer, room: LocalRoom, told: Seq): void {
    this.#ports.rooms.silence(room, hearer, UNNAMED);
    hearer.unnamed.set(room.id, told);
  }

  /** He became a member, and was told so: everything there is, unasked. */
  reset(hearer: Hearer, room: LocalRoom): void {
    hearer.ungiven.add(room.id);
    this.#launch(hearer, room, { after: 0, foreign: true, behind: 0 });
  }

  /** He was named when the room was created, and told so: what came since, then live. */
  follow(hearer: Hearer, room: LocalRoom, created: Seq): void {
    const since = room.ring.slice(created, MAX_BATCH_FRAME_BYTES);
    if (!room.ring.reaches(created) || !since.complete) {
      this.#launch(hearer, room, { after: created, foreign: false, behind: created });
      return;
    }
    if (since.frames.length > 0) hearer.send(encodeFrames(since.frames));
    this.hear(hearer, room);
  }

  /** From now on it hears the room. */
  hear(hearer: Hearer, room: LocalRoom): void {
    this.#ports.rooms.hear(room, hearer);
    this.#replies.begin(hearer, room);
  }

  /** The user left. What it heard live it was sent; a silent one gets the end of it here. */
  left(hearer: Hearer, room: LocalRoom, frame: string): void {
    const run = room.silent.get(hearer);
    this.#ports.rooms.depart(room, hearer, this.#ports.clock.now());
    if (run === undefined) return;
    if (run instanceof SyncRun) run.farewell(frame);
    else hearer.send(frame);
    // Whoever asked waits for an end.
    if (run !== UNNAMED) this.#refuse(hearer, room.id);
  }

  #refuse(hearer: Hearer, roomId: Uuid): void {
    hearer.tell({
      type: 'error',
      code: 'NOT_A_MEMBER',
      message: 'You are not a member of this room.',
      ref: roomId,
    });
  }

  #behind(hearer: Hearer, roomId: Uuid, through: Seq): void {
    hearer.tell({ type: 'sync.done', room_id: roomId, through, behind: true });
  }

  /** The same for a room that he is a member of. */
  resumeHere(hearer: Hearer, room: LocalRoom, after: Seq): void {
    const { partitions, rooms } = this.#ports;
    // His `after` may be his own joining, of which he was told: what the room was before is still to come.
    if (hearer.ungiven.has(room.id)) {
      this.#launch(hearer, room, { after: 0, foreign: true, behind: after });
      return;
    }
    const place = placeOf(after, partitions.head(room.partition), (seq) => partitions.isOurs(seq));
    if (place !== 'ahead') {
      this.#launch(hearer, room, { after, foreign: place === 'foreign', behind: after });
      return;
    }
    const hold = {};
    rooms.silence(room, hearer, hold);
    const held = this.#await(room.partition, after).then((found) => {
      if (room.silent.get(hearer) !== hold) return;
      if (found !== 'away') {
        this.#launch(hearer, room, { after, foreign: found === 'beyond', behind: after });
        return;
      }
      this.#behind(hearer, room.id, after);
      this.hear(hearer, room);
    });
    this.#guarded(held);
  }

  /** What fails here is a mistake of ours; the client asks again. */
  #guarded(work: Promise<void>): void {
    work.catch((error: unknown) => this.#ports.logger.error({ err: error }, 'a sync failed'));
  }

  /** Another edge was ahead: waits until this tail has what the client has, if the log has it at all. Never rejects. */
  async #await(partition: number, after: Seq): Promise<'passed' | 'beyond' | 'away'> {
    const { clock, partitions, logger } = this.#ports;
    try {
      const end = await within(clock, END_MS, "the log's end", partitions.end(partition));
      if (offsetOf(after) >= end) return 'beyond';
      return (await partitions.passed(partition, after, HOLD_MS)) ? 'passed' : 'away';
    } catch (error) {
      logger.warn({ err: error, partition }, "the log's end cannot be had");
      return 'away';
    }
  }

  #launch(hearer: Hearer, room: LocalRoom, start: SyncStart): void {
    const { rooms, logger } = this.#ports;
    const behind = (): void => {
      this.#behind(hearer, room.id, start.behind);
      this.hear(hearer, room);
    };
    const done = (through: Seq): void => {
      hearer.ungiven.delete(room.id);
      hearer.tell({ type: 'sync.done', room_id: room.id, through });
      this.hear(hearer, room);
    };
    const run = new SyncRun(this.#ports, hearer, room, start, { done, behind });
    rooms.silence(room, hearer, run);
    run.run().catch((error: unknown) => {
      logger.error({ err: error, room: room.id }, 'a sync failed');
      if (run.current) behind();
    });
  }

  /** A room that it does not hear: it may have been told of it by an edge that is ahead of this one. */
  async #absent(hearer: Hearer, roomId: Uuid, after: Seq): Promise<void> {
    const { partitions, rooms } = this.#ports;
    const partition = partitions.of(roomId);
    const isOurs = (seq: Seq): boolean => partitions.isOurs(seq);
    if (hearer.awaited.size >= MAX_AWAITED) {
      const message = 'Too many rooms are waited for.';
      hearer.tell({ type: 'error', code: 'RATE_LIMIT_EXCEEDED', message, ref: roomId });
      return;
    }
    hearer.awaited.set(roomId, after);
    if (placeOf(after, partitions.head(partition), isOurs) === 'ahead') {
      await this.#await(partition, after);
    }
    const certain = await this.#caughtUp(hearer, roomId);
    // Whoever let it into the room meanwhile has begun the sync.
    if (hearer.closed || hearer.awaited.get(roomId) !== after) return;
    hearer.awaited.delete(roomId);
    const room = rooms.get(roomId);
    if (room !== undefined && isMember(room.state, hearer.userId)) {
      this.resumeHere(hearer, room, after);
    } else if (certain) this.#refuse(hearer, roomId);
    else this.#behind(hearer, roomId, after);
  }

  /** It is let into a room: what it asked of it before, if it did. Whoever asks begins the sync. */
  takeAwaited(hearer: Hearer, roomId: Uuid): Seq | undefined {
    const after = hearer.awaited.get(roomId);
    hearer.awaited.delete(roomId);
    return after;
  }
}
