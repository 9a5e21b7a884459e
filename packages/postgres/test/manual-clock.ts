import type { Clock, Timer } from '@parley/ports';

/** Time that passes when told to, and not otherwise. */
export class ManualClock implements Clock {
  #now = 1_750_000_000_000;
  readonly #timers = new Set<{ at: number; task: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): Timer {
    const timer = { at: this.#now + ms, task };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.task();
    }
  }
}
