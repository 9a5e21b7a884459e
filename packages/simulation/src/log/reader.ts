/** One reader of one partition: batches in order, one at a time, as late as the weather has it. */
import type { RecordsHandler } from '@parley/ports';
import type { Dice } from '../dice.js';
import type { SimNode } from '../sim-node.js';
import type { SimPartition } from './broker.js';
import type { LogWeather } from './producer.js';

/** Records of one fetch at the most. */
const BATCH = 200;

export class PartitionReader {
  #next: number;
  #busy = false;
  #due = false;
  #stopped = false;
  /** Bumped by a seek: what was fetched before is dropped. */
  #generation = 0;
  #stalledUntil = 0;
  #idle: (() => void)[] = [];
  readonly #unwatch: () => void;

  constructor(
    private readonly log: SimPartition,
    private readonly node: SimNode,
    private readonly dice: Dice,
    private readonly weather: LogWeather,
    from: number,
    private readonly onRecords: RecordsHandler,
    private readonly onBroken: (error: Error) => void,
  ) {
    this.#next = from;
    this.#unwatch = log.watch(() => this.#schedule());
    this.#schedule();
  }

  get lag(): { readonly records: number; readonly ms: number } {
    const oldest = this.log.records[this.#next];
    const ms = oldest === undefined ? 0 : Math.max(0, this.node.clock.now() - oldest.at);
    return { records: this.log.end - this.#next, ms };
  }

  seek(offset: number): void {
    this.#next = offset;
    this.#generation += 1;
    this.#schedule();
  }

  /** Nothing arrives for `ms`. */
  stall(ms: number): void {
    this.#stalledUntil = this.node.clock.now() + ms;
  }

  /** Nothing is handled from now on; resolves when the last handler has returned. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    return this.#busy ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  #schedule(): void {
    if (this.#due || this.#busy || this.#stopped || this.#next >= this.log.end) return;
    this.#due = true;
    const stalled = Math.max(0, this.#stalledUntil - this.node.clock.now());
    this.node.later(stalled + this.dice.delay(this.weather.lag, this.weather.worstLag), () => {
      this.#due = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#busy || this.#stopped) return;
    const batch = this.log.records.slice(this.#next, this.#next + BATCH);
    const last = batch.at(-1);
    if (last === undefined) return;
    const generation = this.#generation;
    this.#busy = true;
    const handled = (error?: unknown): void => {
      this.#busy = false;
      if (error !== undefined) {
        void this.stop();
        this.onBroken(
          error instanceof Error ? error : new Error('a handler failed', { cause: error }),
        );
      } else {
        if (generation === this.#generation) this.#next = last.offset + 1;
        this.#schedule();
      }
      for (const resolve of this.#idle.splice(0)) resolve();
    };
    try {
      Promise.resolve(this.onRecords(this.log.partition, batch)).then(() => handled(), handled);
    } catch (error) {
      handled(error);
    }
  }
}
