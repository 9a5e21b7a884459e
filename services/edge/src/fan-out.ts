/**
 * From verdicts to sockets.
 *
 * All events of one fetch batch and room become one buffer, sent once to every socket that hears the room. It is flushed
 * before each membership event and the audience changes at that event's very place, so that batching never leaks to
 * somebody who had left, or had not come yet.
 */
import {
  MAX_BATCH_FRAME_BYTES,
  MEMBERSHIP_EVENTS,
  type RoomEvent,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import { eventFrame, type Judged } from '@parley/domain';
import type { Metrics } from '@parley/ports';
import { encodeFrames } from './frames.js';
import { newMembersOf } from './notice.js';
import type { LocalRoom, Rooms } from './rooms.js';

/** Told at the event's place in the order. */
export interface AudienceListener {
  /** The user is a member from this event on. */
  joined(room: LocalRoom, userId: Uuid, event: RoomEvent, seq: Seq, frame: string): void;
  /** The user is a member no more. Those of his connections that heard the room live have been sent `frame`. */
  left(room: LocalRoom, userId: Uuid, frame: string): void;
}

export class FanOut {
  readonly #rooms: Rooms;
  readonly #audience: AudienceListener;
  readonly #metrics: Metrics;
  readonly #pending = new Map<LocalRoom, { frames: string[]; units: number }>();

  constructor(rooms: Rooms, audience: AudienceListener, metrics: Metrics) {
    this.#rooms = rooms;
    this.#audience = audience;
    this.#metrics = metrics;
  }

  /** Takes the next verdict; what was applied goes into the room's ring and to its audience. */
  take({ event, stamp, outcome, text }: Judged): void {
    const room = this.#rooms.get(event.room_id);
    if (room === undefined || outcome.reason !== null) return;
    const frame = eventFrame(text, event, stamp, outcome);
    const arriving = newMembersOf(event);
    const leaving = event.type === 'member.left' ? event.user_id : undefined;
    if (MEMBERSHIP_EVENTS.has(event.type)) this.#flush(room);
    room.ring.push({ seq: stamp.seq, id: event.id, frame });
    this.#add(room, frame);
    if (leaving !== undefined) {
      this.#flush(room);
      this.#rooms.left(room, leaving);
      this.#audience.left(room, leaving, frame);
    }
    for (const userId of arriving) {
      // Those who were here get it in their buffer; the new ones each on their own.
      this.#flush(room);
      this.#rooms.joined(room, userId);
      this.#audience.joined(room, userId, event, stamp.seq, frame);
    }
  }

  #add(room: LocalRoom, frame: string): void {
    if (room.live.size === 0) return;
    const pending = this.#pending.get(room);
    if (pending === undefined) {
      this.#pending.set(room, { frames: [frame], units: frame.length });
      return;
    }
    if (pending.units + frame.length > MAX_BATCH_FRAME_BYTES) {
      this.#flush(room);
      this.#add(room, frame);
      return;
    }
    pending.frames.push(frame);
    pending.units += frame.length;
  }

  #flush(room: LocalRoom): void {
    const pending = this.#pending.get(room);
    if (pending === undefined) return;
    this.#pending.delete(room);
    const buffer = encodeFrames(pending.frames);
    let sockets = 0;
    for (const hearer of room.live) {
      hearer.send(buffer);
      sockets += 1;
    }
    this.#metrics.count('parley_deliveries_total', sockets * pending.frames.length);
  }

  /** The end of what was fetched together. */
  flush(): void {
    for (const room of this.#pending.keys()) this.#flush(room);
  }
}
