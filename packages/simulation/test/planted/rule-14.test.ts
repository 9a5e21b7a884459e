import { expect, it } from '@jest/globals';
import type * as plan from '../../../../services/edge/src/sync-plan.js';
import { caught, plant } from './plant.js';

it('rule 14: not waiting for a client that is ahead of this edge is caught', async () => {
  await plant<typeof plan>('services/edge/src/sync-plan', ({ placeOf }) => ({
    placeOf: (...args: Parameters<typeof placeOf>) => {
      const place = placeOf(...args);
      return place === 'ahead' ? 'known' : place;
    },
  }));
  expect(await caught('I4', { seeds: 300 })).toBeGreaterThan(0);
});
