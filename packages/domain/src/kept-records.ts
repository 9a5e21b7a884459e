/** A record as a reader keeps it. `at` is its append time in Unix ms; `value` is the record's JSON in UTF-8. */
export interface KeptRecord {
  readonly offset: number;
  readonly at: number;
  readonly key: string;
  readonly value: Uint8Array;
}

/** A queue whose head moves without copying: dropped items are cut away once they are half of the array. */
class Queue<T extends { readonly offset: number }> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Those at or after an offset. */
  since(offset: number): T[] {
    let [low, high] = [this.#head, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle]?.offset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return this.#items.slice(low);
  }
}

interface Marked<M> {
  readonly offset: number;
  readonly mark: M;
}

/**
 * The newest records of a partition, at most `max` of them and `maxBytes` of values, found by room. Some carry a mark (their decoded membership event).
 * `from`: everything at or above it that was pushed is here; `next`: where the next record goes.
 */
export class KeptRecords<M> {
  readonly #max: number;
  readonly #maxBytes: number;
  #bytes = 0;
  readonly #all = new Queue<KeptRecord & { readonly roomId: string }>();
  readonly #byRoom = new Map<string, Queue<KeptRecord>>();
  readonly #marked = new Queue<Marked<M>>();
  #from: number;
  #next: number;

  constructor(from: number, max: number, maxBytes: number) {
    this.#from = from;
    this.#next = from;
    this.#max = max;
    this.#maxBytes = maxBytes;
  }

  get from(): number {
    return this.#from;
  }

  get next(): number {
    return this.#next;
  }

  get count(): number {
    return this.#all.length;
  }

  /** Keeps a copy of the record at `next`; the oldest one is evicted when there are too many. */
  push(roomId: string, record: KeptRecord, mark?: M): void {
    const { offset, at, key } = record;
    const kept = { offset, at, key, value: new Uint8Array(record.value), roomId };
    this.#all.push(kept);
    const ofRoom = this.#byRoom.get(roomId);
    if (ofRoom === undefined) {
      const queue = new Queue<KeptRecord>();
      queue.push(kept);
      this.#byRoom.set(roomId, queue);
    } else {
      ofRoom.push(kept);
    }
    if (mark !== undefined) this.#marked.push({ offset, mark });
    this.#next = offset + 1;
    this.#bytes += kept.value.byteLength;
    while (this.#all.length > this.#max || this.#bytes > this.#maxBytes) this.#dropFirst();
  }

  /** Passes records that need not be kept. */
  pass(next = this.#next + 1): void {
    this.#next = next;
  }

  #dropFirst(): void {
    const dropped = this.#all.shift();
    if (dropped === undefined) return;
    this.#bytes -= dropped.value.byteLength;
    const ofRoom = this.#byRoom.get(dropped.roomId);
    ofRoom?.shift();
    if (ofRoom?.length === 0) this.#byRoom.delete(dropped.roomId);
    if (this.#marked.first?.offset === dropped.offset) this.#marked.shift();
    this.#from = dropped.offset + 1;
  }

  /** Drops everything below an offset. */
  dropBelow(offset: number): void {
    for (let { first } = this.#all; first !== undefined && first.offset < offset;) {
      this.#dropFirst();
      first = this.#all.first;
    }
    this.#from = Math.max(this.#from, Math.min(offset, this.#next));
  }

  /** Of one room, at or after an offset, in order. */
  ofRoom(roomId: string, offset: number): readonly KeptRecord[] {
    return this.#byRoom.get(roomId)?.since(offset) ?? [];
  }

  /** The marks of records at or after an offset, in order. */
  markedSince(offset: number): M[] {
    return this.#marked.since(offset).map(({ mark }) => mark);
  }
}
