import { ParleyError } from '@parley/contracts';

/** Runs what is asked for under one key one after the other. */
export type Turns = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/** Turns with at most `maxWaiting` per key; beyond it `RATE_LIMIT_EXCEEDED`. */
export function createTurns(maxWaiting: number): Turns {
  const lines = new Map<string, { last: Promise<unknown>; waiting: number }>();
  return async (key, task) => {
    const line = lines.get(key) ?? { last: Promise.resolve(), waiting: 0 };
    if (line.waiting >= maxWaiting) {
      throw new ParleyError('RATE_LIMIT_EXCEEDED', 'too many at once', { retryAfterMs: 1000 });
    }
    lines.set(key, line);
    line.waiting++;
    const turn = line.last.then(task);
    // The next one runs whatever became of this one, which its own caller is told.
    line.last = turn.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await turn;
    } finally {
      if (--line.waiting === 0) lines.delete(key);
    }
  };
}
