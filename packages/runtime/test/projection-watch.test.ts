import { describe, expect, test } from '@jest/globals';
import type { Logger } from '@parley/ports';
import { createProjectionWatch, systemClock } from '@parley/runtime';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function watching(answers: () => Promise<readonly number[]>) {
  return createProjectionWatch({
    rooms: { positions: answers },
    partitions: 2,
    clock: systemClock,
    logger: quiet,
  });
}

describe('the projection watch', () => {
  test('tells those who wait when the projection has passed them', async () => {
    let next = [0, 5];
    const watch = watching(async () => next);
    await watch.start();
    const passed = watch.reached(1, 5, 5000);
    const already = await watch.reached(1, 4, 5000);
    next = [0, 6];
    expect([already, await passed]).toEqual([true, true]);
    await watch.stop();
  });

  test('a wait has a deadline', async () => {
    const watch = watching(async () => [0, 0]);
    await watch.start();
    expect(await watch.reached(0, 0, 20)).toBe(false);
    await watch.stop();
  });

  test('stopping ends every wait', async () => {
    const watch = watching(async () => [0, 0]);
    await watch.start();
    const waiting = watch.reached(0, 0, 60_000);
    await watch.stop();
    expect(await waiting).toBe(false);
  });

  test('goes on after the store was away, and may go back', async () => {
    let answer: () => Promise<readonly number[]> = async () => [7, 7];
    const watch = watching(() => answer());
    await watch.start();
    expect([watch.available, watch.projected]).toEqual([true, [7, 7]]);

    const next = (): Promise<void> =>
      new Promise((resolve) => {
        const { stop } = watch.onChange(() => {
          stop();
          resolve();
        });
      });
    let change = next();
    answer = () => Promise.reject(new Error('away'));
    await change;
    expect(watch.available).toBe(false);

    change = next();
    answer = async () => [3, 7];
    await change;
    expect([watch.available, watch.projected]).toEqual([true, [3, 7]]);
    await watch.stop();
  });
});
