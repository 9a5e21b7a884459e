/**
 * A process: its clock, its dice, and its death. Everything that a service waits for comes through here, so that a
 * crashed one simply never hears of anything again.
 */
import type { Clock, Timer } from '@parley/ports';
import type { Dice } from './dice.js';
import type { SimClock } from './sim-clock.js';

/** How long a request takes on its way and its answer on the way back, in ms. */
export interface Latency {
  readonly there: number;
  readonly back: number;
}

export class SimNode {
  #alive = true;
  #pausedUntil = 0;
  /** Its own clock: off by its skew, and frozen never. */
  readonly clock: Clock;

  constructor(
    readonly name: string,
    private readonly world: SimClock,
    readonly dice: Dice,
    /** How far its clock is ahead of the world's, in ms. */
    readonly skew: number,
  ) {
    this.clock = {
      now: () => world.now() + skew,
      after: (ms, task) => this.later(ms, task),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** kill -9: nothing it waits for ever comes. */
  crash(): void {
    this.#alive = false;
  }

  /**
   * SIGSTOP, and CONT after `ms`: whatever is due meanwhile happens then, in order. One that is stopped stays as it is: what
   * is put off twice would come after what was put off once.
   */
  pause(ms: number): void {
    if (!this.paused) this.#pausedUntil = this.world.time + ms;
  }

  get paused(): boolean {
    return this.#pausedUntil > this.world.time;
  }

  /** Runs a task of this process after `ms`, if it still lives then. */
  later(ms: number, task: () => void): Timer {
    return this.at(this.world.time + Math.max(0, ms), task);
  }

  /** The same at a time of the world. What is due in order happens in order, also after a pause. */
  at(time: number, task: () => void): Timer {
    let timer: Timer | undefined;
    const due = (): void => {
      if (!this.#alive) return;
      if (this.paused) timer = this.world.at(this.#pausedUntil, due);
      else task();
    };
    timer = this.world.at(time, due);
    return { cancel: () => timer?.cancel() };
  }

  /** A request to something outside: `work` happens there; its outcome comes back, unless this process died meanwhile. */
  call<T>(latency: Latency, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.world.after(latency.there, () => {
        let settle: () => void;
        try {
          const result = work();
          settle = () => resolve(result);
        } catch (error) {
          settle = () => reject(error instanceof Error ? error : new Error(String(error)));
        }
        if (latency.back > 0 || this.paused) this.later(latency.back, settle);
        else if (this.#alive) settle();
      });
    });
  }

  /** A promise of the world as this process sees it. */
  hear<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.later(0, () => resolve(value)),
        (error: Error) => this.later(0, () => reject(error)),
      );
    });
  }
}
