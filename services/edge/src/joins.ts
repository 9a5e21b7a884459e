/**
 * Those who become members while they are connected. They get the event that made them members; then, if it was a join,
 * the room as it is (`sync.state` with `reset`), and live.
 */
import type { Uuid } from '@parley/contracts';
import { isMember } from '@parley/domain';
import type { Hearer } from './hearer.js';
import type { Hosting } from './hosting.js';
import type { Notice } from './notice.js';
import type { LocalRoom, Rooms } from './rooms.js';
import type { Syncs } from './syncs.js';

/** Rooms that a user may be brought into while his own are gathered; beyond it the completing `ready` has them. */
const MAX_NOTICES = 1_000;

export class Joins {
  readonly #rooms: Rooms;
  readonly #hosting: Hosting;
  readonly #syncs: Syncs;
  /** A room could not be had: it will be, when the projection is back. */
  readonly #onMissed: (hearer: Hearer) => void;
  readonly #running = new Map<Hearer, Set<Promise<void>>>();

  constructor(rooms: Rooms, hosting: Hosting, syncs: Syncs, onMissed: (hearer: Hearer) => void) {
    this.#rooms = rooms;
    this.#hosting = hosting;
    this.#syncs = syncs;
    this.#onMissed = onMissed;
  }

  /** News from the tail that one of our users may have become a member. */
  noticed(hearer: Hearer, notice: Notice): void {
    if (hearer.notices.size >= MAX_NOTICES && !hearer.notices.has(notice.roomId)) {
      this.#onMissed(hearer);
      return;
    }
    hearer.notices.set(notice.roomId, notice);
    if (hearer.admitted) this.#start(hearer, notice.roomId);
  }

  /** He became a member of a hosted room, at this place in the order. */
  admit(hearer: Hearer, room: LocalRoom, notice: Notice): void {
    hearer.notices.delete(room.id);
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
    const task = this.#enter(hearer, roomId).finally(() => {
      running.delete(task);
      if (running.size === 0) this.#running.delete(hearer);
    });
    running.add(task);
  }

  async #enter(hearer: Hearer, roomId: Uuid): Promise<void> {
    const failed = await this.#hosting.ensure([roomId]);
    const notice = hearer.notices.get(roomId);
    if (notice === undefined || hearer.closed) return;
    hearer.notices.delete(roomId);
    const room = this.#rooms.get(roomId);
    if (failed.has(roomId) || room === undefined) {
      this.#onMissed(hearer);
      return;
    }
    if (room.hears(hearer) || !isMember(room.state, hearer.userId)) return;
    // Void, or followed by another: what he is told is what holds now.
    if (room.state.members.get(hearer.userId)?.joined_seq === notice.seq) {
      this.admit(hearer, room, notice);
    } else this.#syncs.reset(hearer, room);
  }
}
