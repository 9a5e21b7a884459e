import {
  sleep,
  type Clock,
  type Logger,
  type ShareOptions,
  type Subscription,
} from '@parley/ports';
import { PartitionReader } from './partition-reader.js';
import { Readers } from './readers.js';
import type { TopicLog } from './topic-log.js';

/** One member's hold of one partition, from before it is told until its last handler has returned. */
interface Holding {
  readonly member: Member;
  readonly lost: AbortController;
  readonly done: Promise<void>;
}

interface Member {
  readonly id: number;
  readonly options: ShareOptions;
  readonly readers: Readers;
}

/**
 * The members of one group within this process, and who has which partition.
 *
 * Changes of the membership are worked through one after the other. A partition goes to its new holder only when the last
 * handler of the old one has returned.
 */
export class Group {
  readonly #members = new Set<Member>();
  readonly #holdings = new Map<number, Holding>();
  #joined = 0;
  #changes: Promise<void> = Promise.resolve();

  constructor(
    private readonly topic: TopicLog,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async join(options: ShareOptions): Promise<Subscription> {
    const readers = new Readers(this.logger, () => void this.#leave(member));
    const member: Member = { id: ++this.#joined, options, readers };
    this.#members.add(member);
    await this.#rebalance();
    let stopping: Promise<void> | undefined;
    return {
      ended: readers.ended,
      seek: (partition, offset) => readers.seek(partition, offset),
      stop: () => (stopping ??= this.#leave(member)),
    };
  }

  /** The partitions that are held, and up to where each was handled. */
  positions(): { partition: number; handled: number | undefined }[] {
    return [...this.#holdings].map(([partition, { member }]) => ({
      partition,
      handled: member.readers.handled(partition),
    }));
  }

  async #leave(member: Member): Promise<void> {
    this.#members.delete(member);
    const own = [...this.#holdings.values()].filter((holding) => holding.member === member);
    for (const { lost } of own) lost.abort();
    await member.readers.stop();
    await Promise.all(own.map(({ done }) => done));
    void this.#rebalance();
  }

  #rebalance(): Promise<void> {
    this.#changes = this.#changes
      .then(() => this.#assign())
      .catch((error: unknown) => this.logger.error({ error }, 'sharing partitions failed'));
    return this.#changes;
  }

  async #assign(): Promise<void> {
    const owners = this.topic.feeds.map((_, partition) => ownerOf(partition, this.#members));
    const leaving: Promise<void>[] = [];
    for (const [partition, holding] of this.#holdings) {
      if (holding.member === owners[partition]) continue;
      this.#holdings.delete(partition);
      holding.lost.abort();
      const stays = this.#members.has(holding.member);
      const removed = holding.member.readers.remove(partition);
      if (stays) holding.member.options.onLost(partition);
      leaving.push(removed, holding.done);
    }
    await Promise.all(leaving);
    owners.forEach((member, partition) => {
      if (member === undefined || this.#holdings.has(partition) || !this.#members.has(member))
        return;
      const lost = new AbortController();
      const done = this.#take(member, partition, lost.signal);
      this.#holdings.set(partition, { member, lost, done });
    });
  }

  /** Asks the member where to begin, as often as it takes, and begins there unless the partition is lost by then. */
  async #take(member: Member, partition: number, lost: AbortSignal): Promise<void> {
    const { onGained, onRecords } = member.options;
    for (let pause = 50; !lost.aborted; pause = Math.min(pause * 2, 2_000)) {
      try {
        const from = await onGained(partition);
        if (lost.aborted) return;
        member.readers.add(
          partition,
          new PartitionReader(this.topic, partition, from, onRecords, this.clock, this.logger),
        );
        return;
      } catch (error) {
        this.logger.warn({ error, partition }, 'a gained partition has no position yet');
        await sleep(this.clock, pause, lost);
      }
    }
  }
}

/** Rendezvous hashing: the member with the highest score of the pair, so that a change of members moves few partitions. */
function ownerOf(partition: number, members: ReadonlySet<Member>): Member | undefined {
  let owner: Member | undefined;
  let best = -1;
  for (const member of members) {
    const score = mix(Math.imul(member.id, 0x9e3779b1) ^ mix(partition + 1));
    if (score > best) {
      best = score;
      owner = member;
    }
  }
  return owner;
}

/** The finaliser of MurmurHash3: every bit of the input decides every bit of the output. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
