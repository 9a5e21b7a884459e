import type { Seq, Uuid } from '@parley/contracts';
import type { Applied, RoomTruth } from './truth.js';

/** Which messages of a room a client knows, and as of which version. A bit per message: there may be many clients. */
export class KnownMessages {
  /** By the message's place in the room: 1 = known. */
  #known = new Uint8Array(0);
  /** Of messages whose known version is not their first. */
  readonly #versions = new Map<Uuid, Seq>();

  constructor(private readonly room: RoomTruth) {}

  clear(): void {
    this.#known = new Uint8Array(0);
    this.#versions.clear();
  }

  add(id: Uuid): void {
    const message = this.room.messages.get(id);
    if (message === undefined) return;
    if (message.place >= this.#known.length) {
      const grown = new Uint8Array(Math.max(64, message.place * 2, this.room.messages.size + 1));
      grown.set(this.#known);
      this.#known = grown;
    }
    this.#known[message.place] = 1;
  }

  /** The client has the message as of the event at `seq`. */
  version(id: Uuid, seq: Seq): void {
    this.#versions.set(id, seq);
  }

  has(id: Uuid): boolean {
    const place = this.room.messages.get(id)?.place;
    return place !== undefined && this.#known[place] === 1;
  }

  versionOf(id: Uuid): Seq {
    return this.#versions.get(id) ?? this.room.messages.get(id)?.seq ?? 0;
  }

  /** What of this event is missing here; messages up to `base` need not be known. */
  lacks({ event, seq }: Applied, base: Seq): string | undefined {
    switch (event.type) {
      case 'message.posted':
        return seq <= base || this.has(event.id) ? undefined : 'the message';
      case 'reply.settled':
        return seq <= base || this.has(event.message_id) ? undefined : 'the answer';
      case 'message.edited':
      case 'message.deleted':
      case 'reaction.added':
      case 'reaction.removed': {
        const message = this.room.messages.get(event.message_id);
        if (message === undefined || message.seq <= base) return undefined;
        return this.versionOf(event.message_id) >= seq ? undefined : 'the change';
      }
      default:
        return undefined;
    }
  }
}
