import { expect, it } from '@jest/globals';
import { cutOffWithinRows, twoOwnersOfAnAnswer } from './schedules.js';

it.each([
  ['a client that is cut off within the rows of its sync', cutOffWithinRows],
  ['two workers that write the same answer', twoOwnersOfAnAnswer],
])('%s: every promise is kept', async (_what, schedule) => {
  for (let seed = 1; seed <= 5; seed++) {
    const { violations, mistakes } = await schedule(seed);
    expect({ seed, violations, mistakes }).toEqual({ seed, violations: [], mistakes: [] });
  }
});
