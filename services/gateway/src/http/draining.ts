import { ParleyError } from '@parley/contracts';
import { sleep, type Clock } from '@parley/ports';
import type { RequestHandler } from 'express';

/** How long running requests may go on after the stop, in ms: longer than any wait for the projection. */
const DRAIN_MS = 5000;

export interface Drain {
  readonly gate: RequestHandler;
  /** Resolves when the last request is answered, or after 5 s. */
  drain(): Promise<void>;
}

/** Counts the requests that are being answered, so that a stop can wait for them and refuse new ones. */
export function createDrain(clock: Clock): Drain {
  let running = 0;
  const idle = new AbortController();
  let draining = false;

  const gate: RequestHandler = (_req, res, next) => {
    if (draining) {
      res.set('Connection', 'close');
      throw new ParleyError('UNAVAILABLE', 'this gateway is stopping', { retryAfterMs: 1000 });
    }
    running++;
    res.once('close', () => {
      running--;
      if (draining && running === 0) idle.abort();
    });
    next();
  };
  return {
    gate,
    async drain() {
      draining = true;
      if (running > 0) await sleep(clock, DRAIN_MS, idle.signal);
    },
  };
}
