import { describe, expect, it } from '@jest/globals';
import {
  createMemoryPresenceStore,
  createMemoryRateLimiter,
  createMemorySignals,
} from '@parley/memory';

const user = (n: number): string => `0b8f1f0e-0000-4000-8000-${String(n).padStart(12, '0')}`;

describe('what is kept in memory is bounded', () => {
  it('presence remembers the last visits of 100,000 users', async () => {
    const store = createMemoryPresenceStore({ clock: { now: () => 1 } });
    for (let n = 0; n <= 100_000; n++) {
      await store.arrive('edge-1', user(n));
      await store.leave('edge-1', user(n));
    }
    expect((await store.lastSeen([user(0)])).size).toBe(0);
    expect((await store.lastSeen([user(1), user(100_000)])).size).toBe(2);
  });

  it('signals wait in thousands, not in millions', async () => {
    const signals = createMemorySignals();
    let heard = 0;
    signals.subscribe(() => heard++);
    for (let n = 0; n < 20_000; n++) {
      signals.publish({ type: 'presence', user_id: user(n), status: 'online' });
    }
    await Promise.resolve();
    expect(heard).toBe(10_000);
  });

  it('a limit remembers 100,000 keys, those used last', async () => {
    const limiter = createMemoryRateLimiter({ messages: { points: 1, seconds: 60 } });
    await limiter.consume('messages', 'first');
    for (let n = 0; n < 100_000; n++) await limiter.consume('messages', user(n));
    expect((await limiter.peek('messages', 'first')).allowed).toBe(true);
    expect((await limiter.peek('messages', user(99_999))).allowed).toBe(false);
  });
});
