import { expect, it } from '@jest/globals';
import type * as plan from '../../../../services/edge/src/sync-plan.js';
import { caught, plant } from './plant.js';

it('rule 15: taking rows that are older than what is buffered is caught', async () => {
  await plant<typeof plan>('services/edge/src/sync-plan', () => ({
    judgeRows: (rows: Parameters<typeof plan.judgeRows>[0]) => ({
      use: true,
      base: Math.max(rows.after, rows.projected - 1, rows.ringFloor - 1),
    }),
  }));
  expect(await caught('I4', { seeds: 300 })).toBeGreaterThan(0);
});
