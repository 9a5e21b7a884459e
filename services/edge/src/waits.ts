import type { Clock } from '@parley/ports';

interface Wait {
  readonly offset: number;
  readonly settle: (passed: boolean) => void;
}

/** More waits than this for one partition are refused: far above what its sockets make. */
const MAX_WAITS = 100_000;

/** Those who wait for one partition's tail to pass an offset. */
export class OffsetWaits {
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True once {@link OffsetWaits.passed} was told a next offset above `offset`; false after `ms`. */
  wait(offset: number, ms: number): Promise<boolean> {
    if (this.#waits.size >= MAX_WAITS) return Promise.resolve(false);
    return new Promise((resolve) => {
      const wait: Wait = {
        offset,
        settle: (passed) => {
          timer.cancel();
          this.#waits.delete(wait);
          resolve(passed);
        },
      };
      const timer = this.#clock.after(ms, () => wait.settle(false));
      this.#waits.add(wait);
    });
  }

  passed(next: number): void {
    for (const wait of this.#waits) if (wait.offset < next) wait.settle(true);
  }

  stop(): void {
    for (const wait of this.#waits) wait.settle(false);
  }
}
