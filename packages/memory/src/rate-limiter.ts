import type { Limit, RateLimiter, RateVerdict } from '@parley/ports';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Keys of one limit that are remembered; beyond it the one touched longest ago starts anew. */
const MAX_KEYS = 100_000;

/** The size of one limit. */
export interface Window {
  /** Points per window; 0 = unlimited. */
  readonly points: number;
  readonly seconds: number;
  /** With the last point taken, the key is locked this long, whatever is left of the window. */
  readonly lockSeconds?: number;
}

/** What is not named is unlimited. */
export type RateLimits = Readonly<Partial<Record<Limit, Window>>>;

const UNLIMITED: RateVerdict = {
  allowed: true,
  limit: 0,
  remaining: Number.MAX_SAFE_INTEGER,
  resetMs: 0,
};

/** Counts within fixed windows that begin with a key's first point. Reads the system's clock, as its library does. */
export function createMemoryRateLimiter(limits: RateLimits): RateLimiter {
  const counters = new Map<Limit, Counter>();
  for (const [name, window] of Object.entries(limits) as [Limit, Window | undefined][]) {
    if (window !== undefined && window.points > 0) counters.set(name, new Counter(window));
  }
  return {
    consume: async (limit, key) => (await counters.get(limit)?.consume(key)) ?? UNLIMITED,
    peek: async (limit, key) => (await counters.get(limit)?.peek(key)) ?? UNLIMITED,
    reset: async (limit, key) => counters.get(limit)?.reset(key),
  };
}

class Counter {
  readonly #limiter: RateLimiterMemory;
  /** In the order of their last use: the library keeps no bound of its own. */
  readonly #keys = new Set<string>();

  constructor(private readonly window: Window) {
    this.#limiter = new RateLimiterMemory({ points: window.points, duration: window.seconds });
  }

  async consume(key: string): Promise<RateVerdict> {
    await this.#touch(key);
    try {
      const result = await this.#limiter.consume(key);
      const { lockSeconds } = this.window;
      if (result.remainingPoints > 0 || lockSeconds === undefined)
        return this.#verdict(true, result);
      await this.#limiter.block(key, lockSeconds);
      return { ...this.#verdict(true, result), resetMs: lockSeconds * 1000 };
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return this.#verdict(false, refused);
      throw refused;
    }
  }

  async peek(key: string): Promise<RateVerdict> {
    const result = await this.#limiter.get(key);
    // A window that has just ended is still kept until its timer runs.
    if (result === null || result.msBeforeNext <= 0) {
      return {
        allowed: true,
        limit: this.window.points,
        remaining: this.window.points,
        resetMs: 0,
      };
    }
    return this.#verdict(result.remainingPoints > 0, result);
  }

  async reset(key: string): Promise<void> {
    this.#keys.delete(key);
    await this.#limiter.delete(key);
  }

  #verdict(allowed: boolean, result: RateLimiterRes): RateVerdict {
    return {
      allowed,
      limit: this.window.points,
      remaining: result.remainingPoints,
      resetMs: Math.max(0, result.msBeforeNext),
    };
  }

  async #touch(key: string): Promise<void> {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= MAX_KEYS) return;
    const [oldest] = this.#keys;
    if (oldest !== undefined) await this.reset(oldest);
  }
}
