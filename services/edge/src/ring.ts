import type { Seq, Uuid } from '@parley/contracts';

/** An applied event as its frame. `id`: of the event, of the message for `message.posted`. */
export interface RingEntry {
  readonly seq: Seq;
  readonly id: Uuid;
  readonly frame: string;
}

/** What of a ring comes after a seq. */
export interface RingSlice {
  readonly frames: readonly string[];
  /** The seq that whoever receives the frames then has. */
  readonly through: Seq;
  /** Whether nothing newer is left. */
  readonly complete: boolean;
}

/** The most text that a ring keeps, in UTF-16 units: a room of 8,000-character messages keeps fewer events. */
const MAX_UNITS = 2 * 1024 * 1024;

/**
 * The recent applied events of one hosted room, ascending by seq. Everything at or above `floor` that was applied is in it:
 * so it serves whoever has everything below `floor`, live or back from an absence.
 */
export class Ring {
  readonly #capacity: number;
  #entries: RingEntry[] = [];
  #head = 0;
  #units = 0;
  #floor: Seq;

  constructor(capacity: number, floor: Seq) {
    this.#capacity = Math.max(1, capacity);
    this.#floor = floor;
  }

  get floor(): Seq {
    return this.#floor;
  }

  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** The oldest leaves when there are too many. */
  push(entry: RingEntry): void {
    this.#entries.push(entry);
    this.#units += entry.frame.length;
    while (this.size > 1 && (this.size > this.#capacity || this.#units > MAX_UNITS)) this.#evict();
  }

  #evict(): void {
    const oldest = this.#entries[this.#head];
    if (oldest === undefined) return;
    this.#head += 1;
    this.#units -= oldest.frame.length;
    this.#floor = oldest.seq + 1;
    if (this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Whether everything that was applied after `after` is here. */
  reaches(after: Seq): boolean {
    return after + 1 >= this.#floor;
  }

  /** Entries after a seq, oldest first. */
  since(after: Seq): readonly RingEntry[] {
    return this.#entries.slice(this.#indexAfter(after));
  }

  /** The next frames after `after`, about `maxUnits` of text, at least one where there is one. Only where it {@link reaches}. */
  slice(after: Seq, maxUnits: number): RingSlice {
    const frames: string[] = [];
    let through = after;
    let units = 0;
    let index = this.#indexAfter(after);
    for (; index < this.#entries.length; index++) {
      const entry = this.#entries[index];
      if (entry === undefined) break;
      units += entry.frame.length;
      if (frames.length > 0 && units > maxUnits) break;
      frames.push(entry.frame);
      through = entry.seq;
    }
    return { frames, through, complete: index >= this.#entries.length };
  }

  /** The event with this id, newest first. */
  find(id: Uuid): RingEntry | undefined {
    for (let index = this.#entries.length - 1; index >= this.#head; index--) {
      const entry = this.#entries[index];
      if (entry?.id === id) return entry;
    }
    return undefined;
  }

  #indexAfter(after: Seq): number {
    let [low, high] = [this.#head, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.seq ?? 0) <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
