/** The log as one process sees it. */
import { ALL_TOPICS, type Topic } from '@parley/contracts';
import type {
  EventLog,
  LogIdentity,
  NewRecord,
  PartitionLag,
  Position,
  ShareOptions,
  Subscription,
  TailOptions,
} from '@parley/ports';
import type { Dice } from '../dice.js';
import type { SimClock } from '../sim-clock.js';
import type { SimNode } from '../sim-node.js';
import type { Broker } from './broker.js';
import { Group, type Member } from './group.js';
import { Producer, type LogWeather } from './producer.js';
import { PartitionReader } from './reader.js';

/** All groups of the log. */
export class Groups {
  readonly #groups = new Map<string, Group>();

  constructor(
    private readonly clock: SimClock,
    private readonly dice: Dice,
    private readonly partitions: number,
  ) {}

  of(name: string, topic: Topic): Group {
    const key = `${name} ${topic}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Group(this.clock, this.dice.stream(key), this.partitions);
      this.#groups.set(key, group);
    }
    return group;
  }

  lagOf(name: string): PartitionLag[] {
    const lags: PartitionLag[] = [];
    for (const [key, group] of this.#groups) {
      const [of, topic] = key.split(' ') as [string, Topic];
      if (of !== name) continue;
      for (let partition = 0; partition < this.partitions; partition++) {
        const lag = group.lagOf(partition);
        if (lag !== undefined) lags.push({ topic, partition, ...lag });
      }
    }
    return lags;
  }

  all(): Iterable<Group> {
    return this.#groups.values();
  }
}

class SimSubscription implements Subscription {
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;
  #break: (error: Error) => void = () => undefined;
  #stopping: Promise<void> | undefined;
  readonly readers = new Map<number, PartitionReader>();

  constructor(private readonly onStop: () => void) {
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#break = reject;
    });
    // Whoever does not ask is not to be told by an unhandled rejection.
    this.ended.catch(() => undefined);
  }

  broken(error: Error): void {
    void this.#stop();
    this.#break(error);
  }

  seek(partition: number, offset: number): void {
    this.readers.get(partition)?.seek(offset);
  }

  async stop(): Promise<void> {
    await this.#stop();
    this.#end();
  }

  #stop(): Promise<void> {
    this.#stopping ??= (async () => {
      this.onStop();
      await Promise.all([...this.readers.values()].map((reader) => reader.stop()));
    })();
    return this.#stopping;
  }
}

export class SimLog implements EventLog {
  readonly #producers: ReadonlyMap<Topic, Producer>;
  readonly #dice: Dice;
  readonly #readers = new Set<SimSubscription>();
  #subscriptions = 0;
  #memberships = 0;

  constructor(
    private readonly broker: Broker,
    private readonly groups: Groups,
    private readonly node: SimNode,
    clock: SimClock,
    private readonly weather: LogWeather,
  ) {
    this.#dice = node.dice.stream('log');
    this.#producers = new Map(
      ALL_TOPICS.map((topic) => [topic, new Producer(broker, node, clock, weather, topic)]),
    );
  }

  get identity(): LogIdentity {
    return this.broker.identity;
  }

  append(record: NewRecord): Promise<Position> {
    const producer = this.#producers.get(record.topic);
    if (producer === undefined) throw new RangeError(`no topic ${record.topic}`);
    // The bytes are the caller's: what is sent is what they were at the call.
    const value = typeof record.value === 'string' ? record.value : record.value.slice();
    return producer.append({ ...record, value });
  }

  end(topic: Topic, partition: number): Promise<number> {
    const there = this.#dice.delay(1, this.weather.worst);
    const back = this.#dice.delay(1, this.weather.worst);
    return this.node.call({ there, back }, () => this.broker.partition(topic, partition).end);
  }

  async tail(options: TailOptions): Promise<Subscription> {
    const subscription = this.#subscribe(() => undefined);
    for (const partition of this.broker.partitions(options.topic)) {
      const from =
        options.from === 'end' ? partition.end : (options.from[partition.partition] ?? 0);
      this.#read(subscription, options, partition.partition, from);
    }
    return subscription;
  }

  async share(options: ShareOptions): Promise<Subscription> {
    const group = this.groups.of(options.group, options.topic);
    const owned = new Set<number>();
    const member: Member = {
      node: this.node,
      name: `${this.node.name}#${(this.#memberships += 1)}`,
      gain: (partition) => {
        if (owned.has(partition)) return;
        owned.add(partition);
        void options.onGained(partition).then(
          (from) => {
            if (!owned.has(partition) || subscription.readers.has(partition)) return;
            this.#read(subscription, options, partition, from);
          },
          (error: unknown) => subscription.broken(error as Error),
        );
      },
      lagOf: (partition) => subscription.readers.get(partition)?.lag,
      lose: (partition) => {
        if (!owned.delete(partition)) return;
        void subscription.readers.get(partition)?.stop();
        subscription.readers.delete(partition);
        options.onLost(partition);
      },
    };
    const subscription = this.#subscribe(() => group.leave(member));
    group.join(member);
    return subscription;
  }

  lag(group: string): Promise<PartitionLag[]> {
    return this.node.call({ there: 1, back: 1 }, () => this.groups.lagOf(group));
  }

  /** Nothing of these subscriptions arrives for `ms`. */
  stall(ms: number): void {
    for (const subscription of this.#readers) {
      for (const reader of subscription.readers.values()) reader.stall(ms);
    }
  }

  #subscribe(onStop: () => void): SimSubscription {
    const subscription: SimSubscription = new SimSubscription(() => {
      this.#readers.delete(subscription);
      onStop();
    });
    this.#readers.add(subscription);
    return subscription;
  }

  #read(
    subscription: SimSubscription,
    options: Pick<TailOptions, 'topic' | 'onRecords'>,
    partition: number,
    from: number,
  ): void {
    subscription.readers.set(
      partition,
      new PartitionReader(
        this.broker.partition(options.topic, partition),
        this.node,
        this.#dice.stream(`reader/${this.#subscriptions++}`),
        this.weather,
        from,
        options.onRecords,
        (error) => subscription.broken(error),
      ),
    );
  }
}
