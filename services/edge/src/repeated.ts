/** Answers to a `client_id` that was sent before: the message as it is now, to the repeating socket alone. */
import { offsetOf, type Message, type Uuid } from '@parley/contracts';
import {
  within,
  type Clock,
  type EventLog,
  type Logger,
  type ProjectionWatch,
  type RoomStore,
} from '@parley/ports';
import { controlFrame } from './frames.js';
import type { Partitions } from './partitions.js';
import { refuse, type Waiter } from './pending.js';
import type { LocalRoom } from './rooms.js';

/** How long the projection may take to know of it, in ms; then the room's memory answers. */
const PROJECTED_MS = 2_000;
/** How long one query may take, in ms. */
const QUERY_MS = 5_000;

export interface RepeatedPorts {
  readonly log: EventLog;
  readonly rooms: RoomStore;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Repeated {
  readonly #ports: RepeatedPorts;
  readonly #partitions: Partitions;

  constructor(ports: RepeatedPorts, partitions: Partitions) {
    this.#ports = ports;
    this.#partitions = partitions;
  }

  /** Answers for an id that was judged in this room. Never rejects. */
  async answer(waiter: Waiter, room: LocalRoom, id: Uuid): Promise<void> {
    const { rooms, projection, clock, logger } = this.#ports;
    const head = this.#partitions.head(room.partition);
    try {
      if (projection.available) {
        await projection.reached(room.partition, offsetOf(head) - 1, PROJECTED_MS);
        const look = rooms.lookup(room.id, id);
        const { message, verdict } = await within(clock, QUERY_MS, 'a repeated message', look);
        if (message !== undefined) {
          this.show(waiter, message);
          return;
        }
        if (verdict !== undefined && verdict.reason !== null) {
          refuse(waiter, verdict.reason);
          return;
        }
      }
    } catch (error) {
      logger.debug({ err: error }, 'a repeated message was not looked up');
    }
    this.#fromMemory(waiter, room, id);
  }

  /** The message as the projection has it. */
  show({ user }: Waiter, message: Message): void {
    user.send(
      // Written by hand where the frame's own type asks for text: a deleted message has none.
      JSON.stringify({
        v: 1,
        type: 'message.posted',
        id: message.id,
        log: this.#ports.log.identity.log_id,
        room_id: message.room_id,
        born: message.created_at,
        by: message.sender_id,
        client_id: message.client_id,
        content: message.content,
        sender_name: message.sender_name,
        reply_to: message.reply_to,
        mentions: message.mentions,
        seq: message.seq,
        at: message.created_at,
        order: message.order,
        sender_id: message.sender_id,
        repeated: true,
        message,
      }),
    );
  }

  #fromMemory({ user, ref }: Waiter, room: LocalRoom, id: Uuid): void {
    const entry = room.ring.find(id);
    if (entry !== undefined) user.send(`${entry.frame.slice(0, -1)},"repeated":true}`);
    else {
      const message = 'It was sent before, and cannot be shown now.';
      user.send(controlFrame({ type: 'error', code: 'UNAVAILABLE', message, ref }));
    }
  }
}
