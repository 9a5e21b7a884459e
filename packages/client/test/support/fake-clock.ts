/** Time that moves only when a test says so. */
import type { Clock, Random } from '@parley/client';

export class FakeClock implements Clock {
  #tasks: { at: number; order: number; task: () => void }[] = [];
  #order = 0;

  /** @param skewMs what `now` is wrong by; timers run on true time. */
  constructor(
    public trueNow = Date.UTC(2031, 0, 1),
    public skewMs = 0,
  ) {}

  now(): number {
    return this.trueNow + this.skewMs;
  }

  after(ms: number, task: () => void): { cancel: () => void } {
    const entry = { at: this.trueNow + ms, order: this.#order++, task };
    this.#tasks.push(entry);
    return {
      cancel: () => {
        this.#tasks = this.#tasks.filter((other) => other !== entry);
      },
    };
  }

  /** Runs what is due within `ms`, in order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.trueNow + ms;
    for (;;) {
      const [next] = this.#tasks
        .filter(({ at }) => at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined) break;
      this.trueNow = Math.max(this.trueNow, next.at);
      this.#tasks = this.#tasks.filter((other) => other !== next);
      next.task();
      await settle();
    }
    this.trueNow = end;
  }

  get timers(): number {
    return this.#tasks.length;
  }
}

/** Lets everything that waits for a promise go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await Promise.resolve();
}

/** Random numbers of a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed | 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    bytes: (n) => Uint8Array.from({ length: n }, () => Math.floor(fraction() * 256)),
  };
}
