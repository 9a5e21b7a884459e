/** The messages of one room: each id once, in the order of `seq`. */
import type { Message, Seq, Uuid } from '@parley/contracts';
import { changed, HeardChanges } from './message-changes.js';
import type { MessageChange } from './room-view.js';

export class MessageList {
  readonly #byId = new Map<Uuid, Message>();
  #ordered: Message[] = [];
  /** Replies whose final message is here: an older word about them is not news. */
  readonly #settledReplies = new Set<Uuid>();
  /** Of messages that were changed while something before that may be missing. */
  readonly #heard = new Map<Uuid, HeardChanges>();

  /** @param limit messages kept; beyond it the oldest are forgotten. */
  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#ordered.length;
  }

  /** In order. The array is the list's own and changes with it: copy what is to stay. */
  get ordered(): readonly Message[] {
    return this.#ordered;
  }

  get first(): Message | undefined {
    return this.#ordered[0];
  }

  get last(): Message | undefined {
    return this.#ordered.at(-1);
  }

  get(id: Uuid): Message | undefined {
    return this.#byId.get(id);
  }

  has(id: Uuid): boolean {
    return this.#byId.has(id);
  }

  isSettled(replyId: Uuid): boolean {
    return this.#settledReplies.has(replyId);
  }

  /**
   * Takes a message's row: `added` when its id was unknown, `updated` when the row is newer than the known one, else
   * `known`.
   */
  upsert(message: Message): 'added' | 'updated' | 'known' {
    const known = this.#byId.get(message.id);
    if (message.reply !== null) this.#settledReplies.add(message.reply.reply_id);
    if (known === undefined) {
      this.#byId.set(message.id, message);
      this.#ordered.splice(this.#position(message.seq), 0, message);
      return 'added';
    }
    const heard = this.#heard.get(message.id);
    if (heard === undefined ? message.changed_seq <= known.changed_seq : !heard.replace(message)) {
      return 'known';
    }
    this.#put(heard?.message() ?? message);
    return 'updated';
  }

  /**
   * Changes a known message; `undefined` if it is known to have changed so, or further.
   *
   * @param complete every event before this one is known here; else earlier changes may still come.
   */
  change(known: Message, frame: MessageChange, complete: boolean): Message | undefined {
    const heard = this.#heard.get(known.id) ?? new HeardChanges(known);
    if (heard.knows(frame)) return undefined;
    heard.add(frame);
    const message = frame.seq > known.changed_seq ? changed(known, frame) : heard.message();
    this.#put(message);
    if (complete) this.#heard.delete(known.id);
    else this.#heard.set(known.id, heard);
    return message;
  }

  /** Every event up to here is known: the messages are what they look like. */
  complete(): void {
    this.#heard.clear();
  }

  /** A known message as it is now. */
  #put(message: Message): void {
    this.#byId.set(message.id, message);
    this.#ordered[this.#position(message.seq)] = message;
  }

  /** Forgets the oldest above the limit. For what arrives at the young end; history may go above it. */
  trim(): void {
    const excess = this.#ordered.length - this.limit;
    // A tenth at a time: removing from the front moves the whole array.
    if (excess < Math.max(1, this.limit / 10)) return;
    for (const message of this.#ordered.splice(0, excess)) {
      this.#byId.delete(message.id);
      this.#heard.delete(message.id);
      if (message.reply !== null) this.#settledReplies.delete(message.reply.reply_id);
    }
  }

  /** Those with a greater seq. */
  after(seq: Seq): Message[] {
    return this.#ordered.slice(this.#position(seq + 1));
  }

  /** The index of the first message whose seq is at least `seq`; what is new is at the end. */
  #position(seq: Seq): number {
    let low = 0;
    let high = this.#ordered.length;
    if ((this.#ordered[high - 1]?.seq ?? -1) < seq) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ordered[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
