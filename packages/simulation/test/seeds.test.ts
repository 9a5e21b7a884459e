/**
 * Fresh seeds each time, and every seed that ever failed. Together within three minutes; what fails prints the command that
 * replays it.
 */
import { describe, expect, it } from '@jest/globals';
import { isClean, runSeed } from '../src/run.js';
import { FAILED_ONCE } from './regressions.js';

/** As many as fit: a slow machine tries fewer, never none. */
const MOST = 300;
const WITHIN_MS = 100_000;
const STEPS = 200;

async function expectClean(seed: number, steps: number): Promise<void> {
  const { violations, mistakes, ...report } = await runSeed({ seed, steps });
  if (isClean({ ...report, violations, mistakes })) return;
  const replay = `npm run simulate -- --seed ${seed} --steps ${steps} --verbose`;
  expect({ replay, violations, mistakes }).toEqual({ replay, violations: [], mistakes: [] });
}

describe('the whole system under faults', () => {
  it(`keeps every promise in up to ${MOST} fresh seeds`, async () => {
    const began = Date.now();
    const base = Math.floor(began / 1000) % 1_000_000_000;
    let tried = 0;
    for (; tried < MOST && Date.now() - began < WITHIN_MS; tried++) {
      await expectClean(base + tried, STEPS);
    }
    console.log(`simulation: ${tried} fresh seeds from ${base}, ${STEPS} steps each`);
    expect(tried).toBeGreaterThan(0);
  }, 180_000);

  it.each(FAILED_ONCE)(
    'keeps every promise in seed %i (%i steps), which failed once',
    expectClean,
    60_000,
  );

  it('does the same twice', async () => {
    const [one, other] = [await runSeed({ seed: 77 }), await runSeed({ seed: 77 })];
    expect(other).toEqual(one);
  }, 60_000);
});
