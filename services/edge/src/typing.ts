import type { Uuid } from '@parley/contracts';
import { isMember } from '@parley/domain';
import type { Clock, Signals } from '@parley/ports';
import { controlFrame } from './frames.js';
import type { LocalRoom, Rooms } from './rooms.js';

/** A user types in a room at most this often, in ms; what comes between says nothing new. */
const EVERY_MS = 1_000;
/** Users and rooms that are remembered for it. */
const MAX_REMEMBERED = 20_000;

/** Who is typing: fleeting, spared to sockets that are congested. */
export class Typing {
  readonly #signals: Signals;
  readonly #clock: Clock;
  readonly #rooms: Rooms;
  /** Unix ms of the last signal, oldest first. */
  readonly #last = new Map<string, number>();

  constructor(ports: { readonly signals: Signals; readonly clock: Clock }, rooms: Rooms) {
    this.#signals = ports.signals;
    this.#clock = ports.clock;
    this.#rooms = rooms;
  }

  /** A member types. */
  typed(userId: Uuid, room: LocalRoom): void {
    const key = `${userId} ${room.id}`;
    const now = this.#clock.now();
    if (now - (this.#last.get(key) ?? -Infinity) < EVERY_MS) return;
    this.#last.delete(key);
    this.#last.set(key, now);
    if (this.#last.size > MAX_REMEMBERED) {
      const [oldest] = this.#last.keys();
      if (oldest !== undefined) this.#last.delete(oldest);
    }
    this.#signals.publish({ type: 'typing', room_id: room.id, user_id: userId });
  }

  /** Somebody types somewhere. */
  signalled(roomId: Uuid, userId: Uuid): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined || !isMember(room.state, userId)) return;
    const frame = controlFrame({ type: 'typing', room_id: roomId, user_id: userId });
    for (const hearer of room.live) {
      if (hearer.userId !== userId && !hearer.congested) hearer.send(frame);
    }
  }
}
