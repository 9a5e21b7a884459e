/**
 * Those who become members while they are connected. They get the event that made them members; then, if it was a join,
 * the room as it is (`sync.state` with `reset`), and live.
 */
import type { Uuid } from '@parley/contracts';
import { isMember } from '@parley/domain';
import type { Logger } from '@parley/ports';
import type { Hearer } from './hearer.js';
import type { Hosting } from './hosting.js';
import type { Notice } from './notice.js';
import type { LocalRoom, Rooms } from './rooms.js';
import type { Syncs } from './syncs.js';

/** Rooms that a user may be brought into while his own are gathered; beyond it the completing `ready` has them. */
const MAX_ROOMS = 1_000;
/** News kept of one room: all but one of them are void, or of memberships that have ended again. */
const MAX_NOTICES = 16;

export class Joins {
  readonly #rooms: Rooms;
  readonly #hosting: Hosting;
  readonly #syncs: Syncs;
  readonly #logger: Logger;
  /** A room could not be had: it will be, when the projection is back. */
  readonly #onMissed: (hearer: Hearer) => void;
  readonly #running = new Map<Hearer, Set<Promise<void>>>();

  constructor(
    rooms: Rooms,
    hosting: Hosting,
    syncs: Syncs,
    logger: Logger,
    onMissed: (hearer: Hearer) => void,
  ) {
    this.#rooms = rooms;
    this.#hosting = hosting;
    this.#syncs = syncs;
    this.#logger = logger;
    this.#onMissed = onMissed;
  }

  /** News from the tail that one of our users may have become a member. */
  noticed(hearer: Hearer, notice: Notice): void {
    const { roomId } = notice;
    const notices = hearer.notices.get(roomId) ?? [];
    if (notices.length === 0 && hearer.notices.size >= MAX_ROOMS) {
      this.#onMissed(hearer);
      return;
    }
    hearer.notices.set(roomId, [...notices.slice(1 - MAX_NOTICES), notice]);
    if (hearer.admitted) this.#start(hearer, roomId);
  }

  /** He became a member of a hosted room, at this place in the order. */
  admit(hearer: Hearer, room: LocalRoom, notice: Notice): void {
    hearer.notices.delete(room.id);
    const after = this.#syncs.takeAwaited(hearer, room.id);
    // He has asked for the room, so it is silent: he gets his answer, a reset if he was away from it.
    if (after !== undefined) {
      this.#syncs.resumeHere(hearer, room, after);
      return;
    }
    hearer.send(notice.frame);
    if (notice.created) this.#syncs.follow(hearer, room, notice.seq);
    else this.#syncs.reset(hearer, room);
  }

  /** It was told its rooms: now to what came meanwhile. */
  admitted(hearer: Hearer): void {
    for (const roomId of hearer.notices.keys()) this.#start(hearer, roomId);
  }

  /** Resolves when the news of this hearer have been dealt with. */
  async settled(hearer: Hearer): Promise<void> {
    await Promise.all([...(this.#running.get(hearer) ?? [])]);
  }

  #start(hearer: Hearer, roomId: Uuid): void {
    const running = this.#running.get(hearer) ?? new Set<Promise<void>>();
    this.#running.set(hearer, running);
    const task = this.#enter(hearer, roomId)
      .catch((error: unknown) => this.#logger.error({ err: error }, 'a join was not told'))
      .finally(() => {
        running.delete(task);
        if (running.size === 0) this.#running.delete(hearer);
      });
    running.add(task);
  }

  async #enter(hearer: Hearer, roomId: Uuid): Promise<void> {
    const failed = await this.#hosting.ensure([roomId]);
    const notices = hearer.notices.get(roomId);
    if (notices === undefined || hearer.closed) return;
    hearer.notices.delete(roomId);
    const room = this.#rooms.get(roomId);
    if (failed.has(roomId) || room === undefined) {
      this.#onMissed(hearer);
      return;
    }
    if (room.hears(hearer) || !isMember(room.state, hearer.userId)) return;
    // Of all the news he is told what holds now.
    const joinedSeq = room.state.members.get(hearer.userId)?.joined_seq;
    const notice = notices.find(({ seq }) => seq === joinedSeq);
    if (notice !== undefined) {
      this.admit(hearer, room, notice);
      return;
    }
    const after = this.#syncs.takeAwaited(hearer, roomId);
    if (after === undefined) this.#syncs.reset(hearer, room);
    else this.#syncs.resumeHere(hearer, room, after);
  }
}
