/** client_ids come from the server's time, however wrong the local clock is. */
import { describe, expect, test } from '@jest/globals';
import { IdMint, ServerTime } from '@parley/client';
import { timeOfUuidV7 } from '@parley/contracts';
import { FakeClock, seeded } from './support/fake-clock.js';
import { ROOM } from './support/fixtures.js';
import { harness } from './support/harness.js';

const HOUR = 3_600_000;

describe.each([-HOUR, 0, HOUR])('with a local clock off by %d ms', (skewMs) => {
  test("an id carries the server's time, also of a message written before connecting", async () => {
    const h = harness({ skewMs });
    void h.client.send(ROOM, 'early').catch(() => undefined);
    expect(h.client.pending(ROOM)[0]?.clientId).toBeNull();
    const socket = await h.live();
    const [send] = socket.of('message.send');
    expect(timeOfUuidV7(send?.client_id ?? '')).toBe(h.clock.trueNow);
    expect(h.client.serverNow()).toBe(h.clock.trueNow);
  });
});

test('the offset is taken from the middle of the round trip', async () => {
  const clock = new FakeClock();
  const time = new ServerTime(clock);
  const sentAt = clock.now();
  await clock.advance(300);
  time.observe(sentAt, sentAt + 150 + 5000);
  expect(time.now()).toBe(clock.now() + 5000);
});

test('each id is greater than the one before, within one millisecond too', () => {
  const clock = new FakeClock();
  const mint = new IdMint(new ServerTime(clock), seeded(1));
  const ids = Array.from({ length: 10_000 }, () => mint.mint());
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  // 10,000 within one millisecond run ahead by a few.
  expect((timeOfUuidV7(ids.at(-1) ?? '') ?? 0) - clock.now()).toBeLessThan(10);
});

test('a clock that steps back a little keeps the order; one that was far ahead begins anew', () => {
  const clock = new FakeClock();
  const mint = new IdMint(new ServerTime(clock), seeded(1));
  const first = mint.mint();
  clock.skewMs = -5000;
  const second = mint.mint();
  expect(second > first).toBe(true);
  clock.skewMs = -HOUR;
  expect(timeOfUuidV7(mint.mint())).toBe(clock.now());
});
