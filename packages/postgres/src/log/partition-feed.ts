import type { LogRecord } from '@parley/ports';

/** How much of a partition's end stays in memory. */
export interface FeedBounds {
  readonly records: number;
  readonly bytes: number;
}

/**
 * The end of one partition as this process knows it: the next offset, the newest records, and who waits for more.
 *
 * `next` moves only when records are acknowledged, and only forward, so a reader that stops below it sees offsets appear
 * in order. A slow reader falls out of the newest records and reads the store instead; nothing is buffered for it.
 */
export class PartitionFeed {
  #recent: LogRecord[] = [];
  #dropped = 0;
  #bytes = 0;
  #acknowledged = 0;
  readonly #waiting = new Set<() => void>();

  constructor(
    readonly partition: number,
    private nextOffset: number,
    private readonly bounds: FeedBounds,
  ) {}

  /** The next offset to be written, as far as we know. */
  get next(): number {
    return this.nextOffset;
  }

  /** The lowest offset that is in memory; `next` when there is none. */
  get first(): number {
    return this.nextOffset - (this.#recent.length - this.#dropped);
  }

  /**
   * Records that were written, contiguous. They may begin beyond `next`: then an earlier append was written although its
   * answer was lost, and its records are in the store alone. They may be known by {@link advance} already.
   */
  publish(records: readonly LogRecord[]): void {
    const [first] = records;
    if (first === undefined) return;
    if (first.offset < this.#acknowledged)
      throw new RangeError(`offset ${first.offset} was written twice: this is another log`);
    this.#acknowledged = first.offset + records.length;
    if (this.#acknowledged <= this.nextOffset) return;
    if (first.offset !== this.nextOffset) this.#forget();
    for (const record of records) {
      this.#recent.push(record);
      this.#bytes += record.value.byteLength;
    }
    this.nextOffset = this.#acknowledged;
    this.#trim();
    this.#wake();
  }

  /** Records below `next` were written by an append whose answer was lost. */
  advance(next: number): void {
    if (next <= this.nextOffset) return;
    this.#forget();
    this.nextOffset = next;
    this.#wake();
  }

  /** Up to `max` records from `offset` on; `undefined` when that is no longer in memory. */
  read(offset: number, max: number): readonly LogRecord[] | undefined {
    if (offset < this.first) return undefined;
    const start = this.#dropped + (offset - this.first);
    return this.#recent.slice(start, start + max);
  }

  /** Resolves once there is a record at `offset`, or the signal is aborted. */
  async waitFor(offset: number, signal: AbortSignal): Promise<void> {
    if (this.nextOffset > offset || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }

  #forget(): void {
    this.#recent = [];
    this.#dropped = 0;
    this.#bytes = 0;
  }

  #trim(): void {
    const { records, bytes } = this.bounds;
    while (this.#recent.length - this.#dropped > records || this.#bytes > bytes) {
      const oldest = this.#recent[this.#dropped];
      if (oldest === undefined) break;
      this.#bytes -= oldest.value.byteLength;
      this.#dropped++;
    }
    // Moving what is left down costs as much as was dropped since the last time.
    if (this.#dropped > 64 && this.#dropped * 2 > this.#recent.length) {
      this.#recent = this.#recent.slice(this.#dropped);
      this.#dropped = 0;
    }
  }

  #wake(): void {
    for (const resume of [...this.#waiting]) resume();
  }
}
