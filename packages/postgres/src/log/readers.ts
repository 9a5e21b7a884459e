import type { Logger, Subscription } from '@parley/ports';
import type { PartitionReader } from './partition-reader.js';

/** The readers of one subscription. When one of them breaks, all of them end. */
export class Readers implements Subscription {
  readonly ended: Promise<void>;
  readonly #running = new Map<number, { reader: PartitionReader; done: Promise<void> }>();
  #stopping: Promise<void> | undefined;
  #end: () => void = () => undefined;
  #break: (error: unknown) => void = () => undefined;

  constructor(
    private readonly logger: Logger,
    private readonly onBroken: () => void = () => undefined,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#break = reject;
    });
    // Whoever owns the subscription decides what a broken one means; not having looked yet is no reason to die.
    this.ended.catch((error: unknown) => this.logger.error({ error }, 'a subscription broke'));
  }

  add(partition: number, reader: PartitionReader): void {
    const done = reader.run().catch((error: unknown) => this.#broke(error));
    this.#running.set(partition, { reader, done });
  }

  /** Resolves when the last handler of the partition has returned; none begins after the call. */
  async remove(partition: number): Promise<void> {
    const found = this.#running.get(partition);
    if (found === undefined) return;
    found.reader.halt();
    await found.done;
    this.#running.delete(partition);
  }

  handled(partition: number): number | undefined {
    return this.#running.get(partition)?.reader.handled;
  }

  seek(partition: number, offset: number): void {
    this.#running.get(partition)?.reader.seek(offset);
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    for (const { reader } of this.#running.values()) reader.halt();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    this.#end();
  }

  #broke(error: unknown): void {
    this.#break(error);
    for (const { reader } of this.#running.values()) reader.halt();
    this.onBroken();
  }
}
