/**
 * Virtual time: an ordered queue of what is to happen. Between two happenings everything that they set off and that does
 * not itself wait for time runs to its end, so a run is a function of its seed alone.
 */
import type { Clock, Timer } from '@parley/ports';

interface Happening {
  readonly at: number;
  readonly number: number;
  task: (() => void) | null;
}

const before = (one: Happening, other: Happening): boolean =>
  one.at < other.at || (one.at === other.at && one.number < other.number);

/** One turn of Node's event loop: when it comes, every pending promise reaction has run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class SimClock implements Clock {
  readonly #queue: Happening[] = [];
  #now: number;
  #number = 0;
  /** How many things have happened: the measure of a run's length. */
  happened = 0;

  /** `start`: Unix ms. */
  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  /** Unix time with its fraction of a ms: what is ordered by it stays ordered. */
  get time(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): Timer {
    return this.at(this.#now + Math.max(0, ms), task);
  }

  /** What is due at the same time happens in the order in which it was asked for. */
  at(time: number, task: () => void): Timer {
    const happening: Happening = { at: time, number: this.#number++, task };
    this.#push(happening);
    return {
      cancel: () => {
        happening.task = null;
      },
    };
  }

  /** Lets `ms` pass, with everything that happens in it. */
  async run(ms: number): Promise<void> {
    const until = this.#now + ms;
    await turn();
    for (let next = this.#queue[0]; next !== undefined && next.at <= until; next = this.#queue[0]) {
      this.#pop();
      if (next.task === null) continue;
      this.#now = Math.max(this.#now, next.at);
      this.happened += 1;
      next.task();
      await turn();
    }
    this.#now = Math.max(this.#now, until);
  }

  /**
   * Lets `ms` pass as if everything had been suspended meanwhile: what was due happens afterwards, in order, a little
   * late. A day of polling would otherwise be all that a run does.
   */
  leap(ms: number): void {
    this.#now += ms;
  }

  #push(happening: Happening): void {
    const queue = this.#queue;
    let index = queue.push(happening) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      const above = queue[parent];
      if (above === undefined || !before(happening, above)) break;
      queue[index] = above;
      index = parent;
    }
    queue[index] = happening;
  }

  #pop(): void {
    const queue = this.#queue;
    const last = queue.pop();
    if (last === undefined || queue.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [queue[child], queue[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && before(right, left)) child += 1;
      const smallest = queue[child];
      if (smallest === undefined || !before(smallest, last)) break;
      queue[index] = smallest;
      index = child;
    }
    queue[index] = last;
  }
}
