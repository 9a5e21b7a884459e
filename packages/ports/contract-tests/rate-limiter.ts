import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RateLimiter } from '@parley/ports';

/**
 * The limits that the tested limiter is made with: a short window, a long one, one that locks with its last point, and
 * `requests` without a limit.
 */
export const TESTED_LIMITS = {
  'messages-burst': { points: 2, seconds: 1 },
  messages: { points: 3, seconds: 60 },
  login: { points: 2, seconds: 1, lockSeconds: 60 },
  requests: { points: 0, seconds: 60 },
} as const;

/** What a limiter is tested with. */
export interface RateLimiterUnderTest {
  /** Made with {@link TESTED_LIMITS}, nothing taken. */
  readonly limiter: RateLimiter;
  close(): Promise<void> | void;
}

/** The promises of {@link RateLimiter}. */
export function rateLimiterContract(name: string, open: () => Promise<RateLimiterUnderTest>) {
  describe(`${name}: a rate limiter`, () => {
    let tested: RateLimiterUnderTest;
    let limiter: RateLimiter;
    beforeEach(async () => {
      tested = await open();
      limiter = tested.limiter;
    });
    afterEach(() => tested.close());

    it('allows as many points as there are, then none', async () => {
      const verdicts = [];
      for (let i = 0; i < 5; i++) verdicts.push(await limiter.consume('messages', 'ann'));
      expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false]);
      expect(verdicts.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0, 0]);
      expect(verdicts.every(({ limit }) => limit === 3)).toBe(true);
      expect(verdicts[4]?.resetMs).toBeGreaterThan(50_000);
      expect(verdicts[4]?.resetMs).toBeLessThanOrEqual(60_000);
    });

    it('gives no more when many ask at once', async () => {
      const verdicts = await Promise.all(
        Array.from({ length: 20 }, () => limiter.consume('messages', 'ann')),
      );
      expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(3);
    });

    it('counts each key and each limit by itself', async () => {
      for (let i = 0; i < 4; i++) await limiter.consume('messages', 'ann');
      expect((await limiter.consume('messages', 'bob')).allowed).toBe(true);
      expect((await limiter.consume('messages-burst', 'ann')).allowed).toBe(true);
    });

    it('takes nothing when it is only looked at', async () => {
      expect(await limiter.peek('messages', 'ann')).toMatchObject({ allowed: true, remaining: 3 });
      await limiter.consume('messages', 'ann');
      for (let i = 0; i < 5; i++) await limiter.peek('messages', 'ann');
      expect(await limiter.peek('messages', 'ann')).toMatchObject({ allowed: true, remaining: 2 });
      await limiter.consume('messages', 'ann');
      await limiter.consume('messages', 'ann');
      expect(await limiter.peek('messages', 'ann')).toMatchObject({ allowed: false, remaining: 0 });
    });

    it('gives all points back when it is reset', async () => {
      for (let i = 0; i < 4; i++) await limiter.consume('messages', 'ann');
      await limiter.reset('messages', 'ann');
      expect((await limiter.consume('messages', 'ann')).remaining).toBe(2);
    });

    it('allows again when the window is over', async () => {
      for (let i = 0; i < 3; i++) await limiter.consume('messages-burst', 'ann');
      expect((await limiter.peek('messages-burst', 'ann')).allowed).toBe(false);
      while (!(await limiter.peek('messages-burst', 'ann')).allowed) await breath();
      expect((await limiter.consume('messages-burst', 'ann')).remaining).toBe(1);
    });

    it('locks with the last point for longer than the window, where asked to', async () => {
      await limiter.consume('login', 'ann');
      expect(await limiter.consume('login', 'ann')).toMatchObject({ allowed: true, remaining: 0 });
      const { allowed, resetMs } = await limiter.peek('login', 'ann');
      expect(allowed).toBe(false);
      expect(resetMs).toBeGreaterThan(50_000);
      expect((await limiter.consume('login', 'ann')).allowed).toBe(false);
    });

    it('is without a limit where points are 0', async () => {
      for (let i = 0; i < 100; i++) {
        expect(await limiter.consume('requests', 'ann')).toMatchObject({ allowed: true, limit: 0 });
      }
      expect((await limiter.peek('requests', 'ann')).allowed).toBe(true);
    });
  });
}

/** A short pause between two looks at something that changes with the time of day. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
