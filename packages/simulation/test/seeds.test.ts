/**
 * A few seeds, always the same, and every seed that ever failed; what fails prints the command that replays it. CI tries
 * hundreds more by `npm run simulate`, on all processors.
 */
import { describe, expect, it } from '@jest/globals';
import { isClean, runSeed } from '../src/run.js';
import { FAILED_ONCE } from './regressions.js';

const FIRST = 5_000;
const SEEDS = 30;
const STEPS = 200;

async function expectClean(seed: number, steps: number): Promise<void> {
  const { violations, mistakes, ...report } = await runSeed({ seed, steps });
  if (isClean({ ...report, violations, mistakes })) return;
  const replay = `npm run simulate -- --seed ${seed} --steps ${steps} --verbose`;
  expect({ replay, violations, mistakes }).toEqual({ replay, violations: [], mistakes: [] });
}

describe('the whole system under faults', () => {
  it(`keeps every promise in ${SEEDS} seeds`, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) await expectClean(seed, STEPS);
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
