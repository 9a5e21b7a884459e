import type { LogRecord, NewRecord, Position } from '@parley/ports';
import type { PartitionFeed } from './partition-feed.js';

/** One topic: how its records are written, and where those are read that are no longer in memory. */
export interface TopicLog {
  readonly feeds: readonly PartitionFeed[];
  append(record: NewRecord): Promise<Position>;
  end(partition: number): Promise<number>;
  /** Records from `offset` on, below the feed's `next`; they may begin later where the topic keeps only its end. */
  read(partition: number, offset: number): Promise<readonly LogRecord[]>;
  /** Takes no more records; what is under way is finished, or given up after some seconds. */
  stop(): Promise<void>;
}

/** The most records that a handler is given at once. */
export const MAX_BATCH_RECORDS = 500;
