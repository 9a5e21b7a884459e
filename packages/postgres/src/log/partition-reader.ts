import { sleep, type Clock, type LogRecord, type Logger, type RecordsHandler } from '@parley/ports';
import { isAway } from '../pool.js';
import type { PartitionFeed } from './partition-feed.js';
import { MAX_BATCH_RECORDS, type TopicLog } from './topic-log.js';

/** One reader's way through one partition: what is in memory, else from the store, else waiting for the next append. */
export class PartitionReader {
  #position: number;
  #handled: number;
  /** Counts seeks: what was fetched before one is dropped. */
  #seeks = 0;
  readonly #halted = new AbortController();
  #waiting: AbortController | undefined;
  readonly #feed: PartitionFeed;

  constructor(
    private readonly topic: TopicLog,
    private readonly partition: number,
    from: number,
    private readonly onRecords: RecordsHandler,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    const feed = topic.feeds[partition];
    if (feed === undefined) throw new RangeError(`there is no partition ${partition}`);
    this.#feed = feed;
    this.#position = from;
    this.#handled = from;
  }

  /** The offset below which everything was handled. */
  get handled(): number {
    return this.#handled;
  }

  seek(offset: number): void {
    this.#position = offset;
    this.#handled = offset;
    this.#seeks++;
    this.#waiting?.abort();
  }

  /** No handler begins after this. */
  halt(): void {
    this.#halted.abort();
    this.#waiting?.abort();
  }

  /** Reads until halted; rejects when the handler throws or the log lacks what it should have. */
  async run(): Promise<void> {
    const { signal } = this.#halted;
    while (!signal.aborted) {
      const seeks = this.#seeks;
      const records = await this.#fetch();
      if (signal.aborted) return;
      if (seeks !== this.#seeks) continue;
      const last = records.at(-1);
      if (last === undefined) {
        this.#waiting = new AbortController();
        await this.#feed.waitFor(this.#position, this.#waiting.signal);
        this.#waiting = undefined;
        continue;
      }
      this.#position = last.offset + 1;
      await this.onRecords(this.partition, records);
      if (seeks === this.#seeks) this.#handled = this.#position;
    }
  }

  async #fetch(): Promise<readonly LogRecord[]> {
    const from = this.#position;
    if (from > this.#feed.next)
      throw new RangeError(`offset ${from} is beyond the end of the log: this is another log`);
    const recent = this.#feed.read(from, MAX_BATCH_RECORDS);
    if (recent !== undefined) return recent;
    for (let pause = 50; !this.#halted.signal.aborted; pause = Math.min(pause * 2, 2_000)) {
      try {
        const records = await this.topic.read(this.partition, from);
        if (records.length > 0) return records;
        throw new RangeError(`the log has no record at ${from}, below its end`);
      } catch (error) {
        if (error instanceof RangeError || !isAway(error)) throw error;
        this.logger.warn({ error, partition: this.partition }, 'reading the log: trying again');
        await sleep(this.clock, pause, this.#halted.signal);
      }
    }
    return [];
  }
}
