import type { Topic } from '@parley/contracts';
import type { Clock, LogRecord, NewRecord, Position } from '@parley/ports';
import { PartitionFeed } from './partition-feed.js';
import { MAX_BATCH_RECORDS, type TopicLog } from './topic-log.js';

/** Per partition: at 40 envelopes a second, a minute and a half of answers being written. */
const BOUNDS = { records: 4_000, bytes: 4 * 1024 * 1024 };

/**
 * A topic that lives as long as the process: the pieces of answers, which nobody needs once the answer is settled. A
 * reader that falls behind the bounds continues at the oldest record there is.
 */
export class MemoryTopic implements TopicLog {
  readonly feeds: readonly PartitionFeed[];
  readonly #at: number[];

  constructor(
    private readonly topic: Topic,
    partitions: number,
    private readonly clock: Clock,
  ) {
    this.feeds = Array.from({ length: partitions }, (_, i) => new PartitionFeed(i, 0, BOUNDS));
    this.#at = this.feeds.map(() => 0);
  }

  async append(record: NewRecord): Promise<Position> {
    const { partition, key, value } = record;
    const feed = this.#feed(partition);
    const at = Math.max(this.#at[partition] ?? 0, this.clock.now());
    this.#at[partition] = at;
    const position = { partition, offset: feed.next, at };
    feed.publish([{ ...position, topic: this.topic, key, value: Buffer.from(value) }]);
    return position;
  }

  async end(partition: number): Promise<number> {
    return this.#feed(partition).next;
  }

  async read(partition: number, offset: number): Promise<readonly LogRecord[]> {
    const feed = this.#feed(partition);
    return feed.read(Math.max(offset, feed.first), MAX_BATCH_RECORDS) ?? [];
  }

  async stop(): Promise<void> {
    // Nothing is ever under way.
  }

  #feed(partition: number): PartitionFeed {
    const feed = this.feeds[partition];
    if (feed === undefined) throw new RangeError(`there is no partition ${partition}`);
    return feed;
  }
}
