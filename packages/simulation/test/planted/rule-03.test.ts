import { expect, it } from '@jest/globals';
import type * as sending from '../../../domain/src/sending.js';
import { caught, plant } from './plant.js';

it('rule 3: sending old ids without looking them up is caught', async () => {
  await plant<typeof sending>('packages/domain/src/sending', () => ({
    sendPath: (_id: string, now: number) => ({ path: 'fast', born: now }),
  }));
  expect(await caught('I1', { seeds: 300 })).toBeGreaterThan(0);
});
