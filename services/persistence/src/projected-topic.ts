import type { Topic } from '@parley/contracts';
import {
  within,
  type EventLog,
  type LogRecord,
  type Subscription,
  type Timer,
} from '@parley/ports';
import { PartitionWriter, type WriterOptions } from './partition-writer.js';
import type { Fold } from './fold.js';

/** Members of this group share the work of projecting. */
const GROUP = 'persistence';
/**
 * Between two looks at where the store stands, in ms. A database that recovers from a crash with asynchronous commits goes
 * back a little, and a partition without new records would not notice.
 */
const LOOK_MS = 5_000;

type Shared = Omit<WriterOptions, 'topic' | 'partition' | 'fold' | 'seek' | 'signal'>;

interface Owned {
  readonly writer: PartitionWriter;
  readonly end: AbortController;
}

/** The partitions of one topic that this process projects now. */
export class ProjectedTopic {
  private readonly owned = new Map<number, Owned>();
  private subscription: Promise<Subscription> | undefined;
  /** Known before the first record is handled. */
  private live: Subscription | undefined;
  private looking: Timer | undefined;
  private stopping = false;

  constructor(
    private readonly log: EventLog,
    private readonly topic: Topic,
    private readonly foldOf: () => Fold,
    private readonly shared: Shared,
  ) {}

  async start(): Promise<Subscription> {
    this.subscription = this.log.share({
      group: GROUP,
      topic: this.topic,
      onGained: (partition) => this.gain(partition),
      onLost: (partition) => this.lose(partition),
      onRecords: (partition, records) => this.take(partition, records),
    });
    this.lookLater();
    return this.subscription;
  }

  /** Lets a running transaction finish; begins no other. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.looking?.cancel();
    for (const partition of [...this.owned.keys()]) this.lose(partition);
    // A start that failed has told its caller why; there is nothing to stop then.
    const subscription = await this.subscription?.catch(() => undefined);
    await subscription?.stop();
  }

  private lookLater(): void {
    if (this.stopping) return;
    this.looking = this.shared.clock.after(LOOK_MS, () => {
      void this.look().finally(() => this.lookLater());
    });
  }

  /** Compares where the store stands with where it was left, for partitions in which nothing happens. */
  private async look(): Promise<void> {
    const before = new Map([...this.owned.values()].map(({ writer }) => [writer, writer.rest]));
    const { store, clock, logger } = this.shared;
    let positions: readonly number[];
    try {
      positions = await within(clock, LOOK_MS, 'positions', store.positions(this.topic));
    } catch (error) {
      // Whoever has something to write tells of it; the next look may find the store back.
      logger.debug({ topic: this.topic, err: error }, 'the positions of the store were not read');
      return;
    }
    for (const [partition, { writer }] of this.owned) {
      const { rest } = writer;
      const stored = positions[partition];
      if (rest === undefined || stored === undefined) continue;
      if (rest === before.get(writer) && stored !== rest) writer.moved(stored);
    }
  }

  private async gain(partition: number): Promise<number> {
    this.lose(partition);
    if (this.stopping) return 0;
    const end = new AbortController();
    const writer = new PartitionWriter({
      ...this.shared,
      topic: this.topic,
      partition,
      fold: this.foldOf(),
      signal: end.signal,
      // A writer that outlived its partition must not move the next one's place.
      seek: (offset) => {
        if (!end.signal.aborted) this.live?.seek(partition, offset);
      },
    });
    this.owned.set(partition, { writer, end });
    return writer.begin();
  }

  private lose(partition: number): void {
    this.owned.get(partition)?.end.abort();
    this.owned.delete(partition);
    this.shared.health.settled(`${this.topic}/${partition}`);
  }

  private async take(partition: number, records: readonly LogRecord[]): Promise<void> {
    this.live ??= await this.subscription;
    await this.owned.get(partition)?.writer.take(records);
  }
}
