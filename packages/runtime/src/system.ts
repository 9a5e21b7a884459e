/** The system's clock and dice, for mains. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock, Random } from '@parley/ports';

/** Node's timers refuse delays above this; a longer wait is taken in steps. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    let timer: NodeJS.Timeout;
    const wait = (rest: number): void => {
      timer = setTimeout(
        () => {
          if (rest > LONGEST_TIMER_MS) wait(rest - LONGEST_TIMER_MS);
          else task();
        },
        Math.min(rest, LONGEST_TIMER_MS),
      );
    };
    wait(Math.max(0, ms));
    return { cancel: () => clearTimeout(timer) };
  },
};

export const systemRandom: Random = {
  bytes: (n) => randomBytes(n),
  uuid: () => randomUUID(),
  fraction: () => Math.random(),
};
