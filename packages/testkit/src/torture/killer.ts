/** Kills the product again and again, and starts it anew on the same data folder. */
import { setTimeout as delay } from 'node:timers/promises';
import { kill, killProcessesOf, processesOf } from '../processes.js';
import { ProductFailed, startProduct, type Product } from '../product.js';
import type { SeededRandom } from '../random.js';
import { until } from '../until.js';
import type { Chatter } from './crowd.js';

/** One kill and what came of it; times in ms. */
export interface KillRecord {
  readonly database: boolean;
  /** It was killed again while it started. */
  readonly duringStart: boolean;
  /** From the new process to its readiness. */
  readonly startMs: number;
  /** From the kill until every client was connected and up to date again. */
  readonly recoveryMs: number;
}

/** In so many of a hundred restarts the new process is killed before it is ready. */
const KILLED_WHILE_STARTING = 0.15;
/** What the product promises is 5 s; what is waited for is more, so that a miss is measured, not lost. */
const RECOVERED_WITHIN_MS = 60_000;

export class Killer {
  readonly kills: KillRecord[] = [];

  constructor(
    public product: Product,
    private readonly random: SeededRandom,
    private readonly chatters: readonly Chatter[],
    private readonly log: (line: string) => void,
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  /** Kills `times` times, at random moments that are `pauseMs` apart on average. */
  async run(times: number, pauseMs: number): Promise<void> {
    for (let i = 1; i <= times; i++) {
      await delay(pauseMs * (0.25 + 1.5 * this.random.fraction()));
      const record = await this.#kill();
      this.kills.push(record);
      const what = record.database ? 'with its database' : 'database left behind';
      const again = record.duringStart ? ', once more while it started' : '';
      this.log(
        `kill ${i}/${times} (${what}${again}): started in ${record.startMs} ms, ` +
          `all clients live after ${record.recoveryMs} ms`,
      );
    }
  }

  async #kill(): Promise<KillRecord> {
    const database = this.random.chance(0.5);
    const duringStart = this.random.chance(KILLED_WHILE_STARTING);
    const from = performance.now();
    await this.product.kill({ database });
    if (duringStart) await this.#startAndKill(this.random.between(50, 1_500));
    this.product = await this.#start();
    await until('the return of every client', RECOVERED_WITHIN_MS, () =>
      this.chatters.every((chatter) => chatter.connected),
    );
    const recoveryMs = Math.round(performance.now() - from);
    return { database, duringStart, startMs: this.product.readyMs, recoveryMs };
  }

  #start(): Promise<Product> {
    const { dataDir, port } = this.product;
    return startProduct({ dataDir, port, env: this.env });
  }

  /** A start that is killed after `ms`, its database too or not, as it comes. */
  async #startAndKill(ms: number): Promise<void> {
    const { dataDir } = this.product;
    const started = this.#start().then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof ProductFailed)) throw error;
      },
    );
    await delay(ms);
    if (this.random.chance(0.5)) await killProcessesOf(dataDir);
    else {
      for (const { pid, command } of processesOf(dataDir))
        if (command.includes('main.js')) kill(pid, 'SIGKILL');
    }
    await started;
  }
}
