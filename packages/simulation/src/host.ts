/** A machine that runs one service: it boots it, loses it, and boots it again. */
import type { Service } from '@parley/ports';
import type { SimClock } from './sim-clock.js';
import type { SimNode } from './sim-node.js';

export type Kind = 'edge' | 'gateway' | 'persistence' | 'ai-worker';

/** A service in its process, with what must be ended when it dies. */
export interface Process<S> {
  readonly node: SimNode;
  readonly services: readonly Service[];
  readonly service: S;
}

/** Between the death of a process and its next life, in ms. */
const REBOOT_MS = 700;

export class Host<S> {
  process: Process<S> | undefined;
  /** Its services have started. */
  ready = false;
  #lives = 0;
  /** Stays down until it is told to come back. */
  #down = false;

  constructor(
    readonly kind: Kind,
    readonly name: string,
    private readonly world: SimClock,
    /** `life` counts up: a new process has new dice. `broken` ends it as a fatal error does. */
    private readonly make: (life: number, broken: (error: unknown) => void) => Process<S>,
    private readonly onDeath: (node: SimNode) => void,
    private readonly note: (text: string) => void,
  ) {}

  get running(): S | undefined {
    return this.ready ? this.process?.service : undefined;
  }

  boot(): void {
    if (this.process !== undefined || this.#down) return;
    const process = this.make((this.#lives += 1), (error) => {
      if (this.process !== process) return;
      this.note(`${this.name} broke: ${String(error)}`);
      this.crash();
      this.world.after(REBOOT_MS, () => this.boot());
    });
    this.process = process;
    void this.#start(process);
  }

  /** kill -9. */
  crash(): void {
    const { process } = this;
    if (process === undefined) return;
    this.process = undefined;
    this.ready = false;
    process.node.crash();
    this.onDeath(process.node);
  }

  /** Dies, and comes back after `ms`. */
  restart(ms: number): void {
    this.crash();
    this.world.after(ms, () => this.boot());
  }

  /** SIGTERM: an orderly stop, and the next life after it. */
  async roll(stop: (process: Process<S>) => Promise<void>): Promise<void> {
    const { process } = this;
    if (process === undefined || !this.ready) return;
    this.ready = false;
    await stop(process);
    if (this.process !== process) return;
    this.crash();
    this.boot();
  }

  async #start(process: Process<S>): Promise<void> {
    try {
      for (const service of process.services) await service.start();
      if (this.process === process) this.ready = true;
    } catch (error) {
      if (this.process !== process) return;
      this.note(`${this.name} did not start: ${String(error)}`);
      this.crash();
      this.world.after(REBOOT_MS, () => this.boot());
    }
  }
}
