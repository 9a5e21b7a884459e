import { ParleyError, type Topic } from '@parley/contracts';
import {
  AppendOutcomeUnknown,
  sleep,
  type Clock,
  type LogIdentity,
  type LogRecord,
  type Logger,
  type NewRecord,
  type Position,
  type Timer,
} from '@parley/ports';
import { type Pool, isAway } from '../pool.js';
import { PartitionFeed } from './partition-feed.js';
import { insertRecords, readHeads, readRecords } from './records-sql.js';
import { MAX_BATCH_RECORDS, type TopicLog } from './topic-log.js';

/** One append that is waiting for its place. */
interface Pending {
  readonly record: NewRecord;
  readonly value: Buffer;
  readonly giveUpAt: number;
  settled: boolean;
  resolve(position: Position): void;
  reject(error: unknown): void;
}

/** From the call of `append`, as the port promises. */
const GIVE_UP_MS = 60_000;
const STOP_WITHIN_MS = 5_000;
/** Longer than the server lets a statement run: what was sent on a lost connection is written by then, or never. */
const LATE_WRITE_MS = 6_000;
const BATCH_RECORDS = 1_000;
const BATCH_BYTES = 4 * 1024 * 1024;
/** What may wait for the database: about a second of the most it can take. */
const QUEUE_RECORDS = 50_000;
const QUEUE_BYTES = 64 * 1024 * 1024;
/** Per partition, in memory: what readers a moment behind need. */
const RECENT = { records: 4_000, bytes: 1024 * 1024 };

/**
 * A topic in the tables log_heads and log_records.
 *
 * One statement is under way at a time; what arrives meanwhile goes into the next, so order of calls is order of records
 * and batches grow with the load. A lost answer leaves the outcome unknown: the same records are sent again, and may then
 * be there twice.
 */
export class DurableTopic implements TopicLog {
  readonly feeds: readonly PartitionFeed[];
  #queue: Pending[] = [];
  #sending: readonly Pending[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #expiry: Timer | undefined;
  /** Something may have been written that we were not told of. */
  #uncertain = false;
  #recheck: Timer | undefined;
  #closed = false;
  readonly #stopped = new AbortController();

  constructor(
    private readonly pool: Pool,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly identity: LogIdentity,
    private readonly topic: Topic,
    heads: readonly number[],
  ) {
    this.feeds = heads.map((next, partition) => new PartitionFeed(partition, next, RECENT));
  }

  append(record: NewRecord): Promise<Position> {
    if (this.feeds[record.partition] === undefined)
      return Promise.reject(new RangeError(`there is no partition ${record.partition}`));
    if (record.key.includes('\0')) return Promise.reject(new RangeError('a key without NUL'));
    const value = Buffer.from(record.value);
    if (this.#closed || this.#isFull(value))
      return Promise.reject(new ParleyError('UNAVAILABLE', 'The log takes no records now.'));
    return new Promise((resolve, reject) => {
      const giveUpAt = this.clock.now() + GIVE_UP_MS;
      this.#queue.push({ record, value, giveUpAt, settled: false, resolve, reject });
      this.#queuedBytes += value.byteLength;
      this.#expiry ??= this.clock.after(GIVE_UP_MS, () => this.#expire());
      this.#running ??= this.#run();
    });
  }

  async end(partition: number): Promise<number> {
    const feed = this.feeds[partition];
    if (feed === undefined) throw new RangeError(`there is no partition ${partition}`);
    if (this.#uncertain) await this.#learnHeads();
    return feed.next;
  }

  async read(partition: number, offset: number): Promise<readonly LogRecord[]> {
    const below = this.feeds[partition]?.next ?? 0;
    const range = { topic: this.topic, partition, from: offset, below, limit: MAX_BATCH_RECORDS };
    return readRecords(this.pool, this.identity.epoch, range);
  }

  async stop(): Promise<void> {
    this.#closed = true;
    const giveUp = this.clock.after(STOP_WITHIN_MS, () => this.#stopped.abort());
    await this.#running;
    giveUp.cancel();
    this.#expiry?.cancel();
    this.#recheck?.cancel();
  }

  #isFull(value: Buffer): boolean {
    return (
      this.#queue.length >= QUEUE_RECORDS || this.#queuedBytes + value.byteLength > QUEUE_BYTES
    );
  }

  async #run(): Promise<void> {
    // All that is appended in the same breath goes into the first batch.
    await Promise.resolve();
    while ((this.#queue.length > 0 || this.#uncertain) && !this.#stopped.signal.aborted) {
      this.#sending = this.#takeBatch();
      await this.#write(this.#sending);
      this.#sending = [];
      if (this.#uncertain) await this.#resolveDoubt();
    }
    for (const pending of this.#queue.splice(0)) this.#giveUp(pending);
    this.#queuedBytes = 0;
    this.#running = undefined;
  }

  #takeBatch(): Pending[] {
    let count = 0;
    let bytes = 0;
    for (const { value } of this.#queue) {
      if (count >= BATCH_RECORDS || (count > 0 && bytes + value.byteLength > BATCH_BYTES)) break;
      count++;
      bytes += value.byteLength;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  /** The same batch again and again until it is written, or all of it has been given up. */
  async #write(batch: readonly Pending[]): Promise<void> {
    for (let pause = 20; ; pause = Math.min(pause * 2, 1_000)) {
      const open = batch.filter((pending) => !pending.settled);
      if (open.length === 0) return;
      try {
        await this.#attempt(open);
        return;
      } catch (error) {
        this.#doubt();
        if (!isAway(error)) {
          this.logger.error({ error, topic: this.topic }, 'append failed for good');
          for (const pending of open) this.#settle(pending, () => pending.reject(error));
          return;
        }
        this.logger.warn({ error, topic: this.topic }, 'append failed: trying again');
        await sleep(this.clock, pause, this.#stopped.signal);
        if (this.#stopped.signal.aborted) for (const pending of open) this.#giveUp(pending);
      }
    }
  }

  /** From now on the end of the log is not what we think, and once more when a stalled statement has run its course. */
  #doubt(): void {
    this.#uncertain = true;
    this.#recheck ??= this.clock.after(LATE_WRITE_MS, () => {
      this.#recheck = undefined;
      this.#uncertain = true;
      this.#running ??= this.#run();
    });
  }

  async #attempt(open: readonly Pending[]): Promise<void> {
    const records = open.map(({ record, value }) => ({ ...record, value }));
    const written = await insertRecords(this.pool, this.identity.epoch, this.topic, records);
    const byPartition = new Map<number, LogRecord[]>();
    for (const record of written) {
      const records = byPartition.get(record.partition);
      if (records === undefined) byPartition.set(record.partition, [record]);
      else records.push(record);
    }
    for (const [partition, records] of byPartition) this.feeds[partition]?.publish(records);
    written.forEach(({ partition, offset, at }, i) => {
      this.#settle(open[i], (pending) => pending.resolve({ partition, offset, at }));
    });
  }

  /**
   * A record of which we heard nothing may be written all the same: its readers must not wait for the next append to
   * find it.
   */
  async #resolveDoubt(): Promise<void> {
    try {
      await this.#learnHeads();
    } catch (error) {
      this.logger.warn({ error, topic: this.topic }, 'the end of the log is not known');
      await sleep(this.clock, 500, this.#stopped.signal);
    }
  }

  async #learnHeads(): Promise<void> {
    const heads = await readHeads(this.pool, this.identity, this.topic);
    heads.forEach((next, partition) => this.feeds[partition]?.advance(next));
    this.#uncertain = this.#sending.length > 0;
  }

  #expire(): void {
    const now = this.clock.now();
    const waiting = [...this.#sending, ...this.#queue].filter((pending) => !pending.settled);
    for (const pending of waiting) if (pending.giveUpAt <= now) this.#giveUp(pending);
    const next = waiting.find((pending) => !pending.settled);
    this.#expiry =
      next === undefined
        ? undefined
        : this.clock.after(Math.max(1, next.giveUpAt - now), () => this.#expire());
  }

  #giveUp(pending: Pending): void {
    this.#settle(pending, () =>
      pending.reject(new AppendOutcomeUnknown('The database did not confirm the record in time.')),
    );
  }

  #settle(pending: Pending | undefined, how: (pending: Pending) => void): void {
    if (pending === undefined || pending.settled) return;
    pending.settled = true;
    how(pending);
  }
}
