import type { Topic, Uuid } from '@parley/contracts';

/** Which log this is. Positions of another log mean nothing here. */
export interface LogIdentity {
  readonly log_id: Uuid;
  readonly epoch: number;
  readonly partitions: number;
}

/** Where a record stands. `at` is the log's append time in Unix ms, never falling within a partition. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
  readonly at: number;
}

export interface LogRecord extends Position {
  readonly topic: Topic;
  readonly key: string;
  /** UTF-8 as it was appended. May be a view of a larger buffer: copy what outlives the handler. */
  readonly value: Uint8Array;
}

export interface NewRecord {
  readonly topic: Topic;
  readonly partition: number;
  readonly key: string;
  readonly value: string | Uint8Array;
}

/** The log could not promise that the record is written; it may be there once, more than once, or not at all. */
export class AppendOutcomeUnknown extends Error {
  override readonly name = 'AppendOutcomeUnknown';
}

/**
 * Handles the records of one partition, in order, as they were fetched together. The next batch of that partition comes
 * after the promise resolves; other partitions go on. A handler does not throw on data; if it throws, the subscription
 * ends with that error.
 */
export type RecordsHandler = (
  partition: number,
  records: readonly LogRecord[],
) => Promise<void> | void;

export interface Subscription {
  /** Continue this partition at `offset`, from the next batch on. Records already fetched are dropped. */
  seek(partition: number, offset: number): void;
  /** Resolves when the last handler has returned; nothing is handled afterwards. */
  stop(): Promise<void>;
  /** Resolves when stopped; rejects when the subscription broke for good (its process should end). */
  readonly ended: Promise<void>;
}

export interface TailOptions {
  readonly topic: Topic;
  /** The first offset wanted of each partition (all of them), or the end as of now. */
  readonly from: readonly number[] | 'end';
  readonly onRecords: RecordsHandler;
}

export interface ShareOptions {
  /** Members of one group share the partitions of the topic. */
  readonly group: string;
  readonly topic: Topic;
  /** The partition is ours from now on; answers the offset to read from. */
  readonly onGained: (partition: number) => Promise<number>;
  /** The partition is another's: stop working for it. Nothing of it is handled after this was called. */
  readonly onLost: (partition: number) => void;
  readonly onRecords: RecordsHandler;
}

/** How far a group is behind in a partition. */
export interface PartitionLag {
  readonly topic: Topic;
  readonly partition: number;
  readonly records: number;
  /** Age of the oldest unread record in ms; 0 when there is none. */
  readonly ms: number;
}

/**
 * An append-only log of partitions.
 *
 * Offsets of a partition are contiguous from 0 and become visible in order: a reader that has seen offset n has seen all
 * below it. The first record of every partition of room-events is `log.epoch`. What was acknowledged of room-events and
 * read-marks survives the death of any process; reply-chunks may be lost with the process that holds them.
 */
export interface EventLog {
  readonly identity: LogIdentity;
  /**
   * Appends in call order per partition. Resolves when durable. At least once: a retry inside can leave the record twice.
   * Gives up after 60 s with {@link AppendOutcomeUnknown}.
   */
  append(record: NewRecord): Promise<Position>;
  /** The next offset of a partition: every record appended before the call is below it. */
  end(topic: Topic, partition: number): Promise<number>;
  /** Every record of every partition of the topic, to this reader alone, contiguous per partition. */
  tail(options: TailOptions): Promise<Subscription>;
  /** Partitions shared among the members of a group. The reader keeps its own positions. */
  share(options: ShareOptions): Promise<Subscription>;
  /** For dashboards and autoscaling. */
  lag(group: string): Promise<PartitionLag[]>;
}
