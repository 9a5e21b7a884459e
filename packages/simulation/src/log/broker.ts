/** The log itself: what is written, where. It survives every process of the world. */
import { ALL_TOPICS, TOPICS, type LogEpoch, type Topic } from '@parley/contracts';
import type { LogIdentity, LogRecord, NewRecord, Position } from '@parley/ports';
import type { SimClock } from '../sim-clock.js';

const encoder = new TextEncoder();

export class SimPartition {
  readonly records: LogRecord[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(
    readonly topic: Topic,
    readonly partition: number,
    private readonly clock: SimClock,
  ) {}

  get end(): number {
    return this.records.length;
  }

  write(key: string, value: string | Uint8Array): Position {
    const record: LogRecord = {
      topic: this.topic,
      partition: this.partition,
      offset: this.records.length,
      at: Math.max(this.clock.now(), this.records.at(-1)?.at ?? 0),
      key,
      value: typeof value === 'string' ? encoder.encode(value) : value,
    };
    this.records.push(record);
    for (const watcher of this.#watchers) watcher();
    return { partition: this.partition, offset: record.offset, at: record.at };
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

export class Broker {
  readonly #partitions = new Map<Topic, readonly SimPartition[]>();

  constructor(
    readonly identity: LogIdentity,
    clock: SimClock,
  ) {
    for (const topic of ALL_TOPICS) {
      this.#partitions.set(
        topic,
        Array.from({ length: identity.partitions }, (_, p) => new SimPartition(topic, p, clock)),
      );
    }
    const genesis: LogEpoch = { v: 1, type: 'log.epoch', ...identity };
    for (const partition of this.partitions(TOPICS.roomEvents)) {
      partition.write('log.epoch', JSON.stringify(genesis));
    }
  }

  partitions(topic: Topic): readonly SimPartition[] {
    return this.#partitions.get(topic) ?? [];
  }

  partition(topic: Topic, partition: number): SimPartition {
    const found = this.partitions(topic)[partition];
    if (found === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
    return found;
  }

  write(record: NewRecord): Position {
    return this.partition(record.topic, record.partition).write(record.key, record.value);
  }
}
