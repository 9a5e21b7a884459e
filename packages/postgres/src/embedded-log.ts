/** The log of a single process: durable topics in PostgreSQL, fleeting ones in memory, wake-ups without polling. */
import { ALL_TOPICS, DEFAULT_PARTITIONS, type Topic } from '@parley/contracts';
import type {
  Clock,
  EventLog,
  Logger,
  LogIdentity,
  NewRecord,
  PartitionLag,
  Position,
  ShareOptions,
  Subscription,
  TailOptions,
} from '@parley/ports';
import { DurableTopic } from './log/durable-topic.js';
import { DURABLE_TOPICS, openGenesis } from './log/genesis.js';
import { Group } from './log/group.js';
import { MemoryTopic } from './log/memory-topic.js';
import { readHeads, readTime } from './log/records-sql.js';
import { openTail } from './log/tail.js';
import type { TopicLog } from './log/topic-log.js';
import type { Pool } from './pool.js';

export interface EmbeddedLogOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of a log that is made now; one that exists keeps its own number. */
  readonly partitions?: number;
}

export interface EmbeddedLog extends EventLog {
  /** Ends all subscriptions, then waits for appends under way, at most some seconds. Stopping twice is harmless. */
  stop(): Promise<void>;
}

/**
 * Opens the log of a migrated database, making it if there is none. One process at a time may have it open, since its
 * readers are woken by its own appends: hold the data folder's claim.
 */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const { pool, clock, logger } = options;
  const identity = await openGenesis(pool, options.partitions ?? DEFAULT_PARTITIONS);
  const topics = new Map<Topic, TopicLog>();
  for (const topic of ALL_TOPICS) {
    if (DURABLE_TOPICS.includes(topic)) {
      const heads = await readHeads(pool, identity, topic);
      topics.set(topic, new DurableTopic(pool, clock, logger, identity, topic, heads));
    } else {
      topics.set(topic, new MemoryTopic(topic, identity.partitions, clock));
    }
  }
  return new PostgresLog(identity, topics, options);
}

class PostgresLog implements EmbeddedLog {
  readonly #groups = new Map<string, { topic: Topic; name: string; group: Group }>();
  readonly #subscriptions = new Set<Subscription>();
  #stopping: Promise<void> | undefined;

  constructor(
    readonly identity: LogIdentity,
    private readonly topics: ReadonlyMap<Topic, TopicLog>,
    private readonly options: EmbeddedLogOptions,
  ) {}

  append(record: NewRecord): Promise<Position> {
    return this.#topic(record.topic).append(record);
  }

  end(topic: Topic, partition: number): Promise<number> {
    return this.#topic(topic).end(partition);
  }

  async tail(options: TailOptions): Promise<Subscription> {
    const { clock, logger } = this.options;
    return this.#kept(await openTail(this.#topic(options.topic), options, clock, logger));
  }

  async share(options: ShareOptions): Promise<Subscription> {
    const { clock, logger } = this.options;
    const key = `${options.topic} ${options.group}`;
    const { group } = this.#groups.get(key) ?? {
      group: new Group(this.#topic(options.topic), clock, logger),
    };
    this.#groups.set(key, { topic: options.topic, name: options.group, group });
    return this.#kept(await group.join(options));
  }

  async lag(group: string): Promise<PartitionLag[]> {
    const lags: Promise<PartitionLag>[] = [];
    for (const entry of this.#groups.values()) {
      if (entry.name !== group) continue;
      for (const { partition, handled } of entry.group.positions())
        if (handled !== undefined) lags.push(this.#lagOf(entry.topic, partition, handled));
    }
    return Promise.all(lags);
  }

  async #lagOf(topic: Topic, partition: number, handled: number): Promise<PartitionLag> {
    const feed = this.#topic(topic).feeds[partition];
    const records = Math.max(0, (feed?.next ?? 0) - handled);
    if (feed === undefined || records === 0) return { topic, partition, records: 0, ms: 0 };
    const { pool, clock } = this.options;
    const at =
      feed.read(handled, 1)?.[0]?.at ??
      (await readTime(pool, this.identity.epoch, topic, partition, handled));
    return { topic, partition, records, ms: Math.max(0, clock.now() - (at ?? clock.now())) };
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    await Promise.all([...this.topics.values()].map((topic) => topic.stop()));
  }

  #kept(subscription: Subscription): Subscription {
    this.#subscriptions.add(subscription);
    const forget = (): void => void this.#subscriptions.delete(subscription);
    subscription.ended.then(forget, forget);
    return subscription;
  }

  #topic(topic: Topic): TopicLog {
    const found = this.topics.get(topic);
    if (found === undefined) throw new RangeError(`there is no topic ${topic}`);
    return found;
  }
}
