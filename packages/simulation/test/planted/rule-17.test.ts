import { expect, it } from '@jest/globals';
import type * as limits from '../../../contracts/src/limits.js';
import type * as control from '../../../client/src/apply-control.js';
import { cutOffWithinRows } from '../directed/schedules.js';
import { firstBroken, plant } from './plant.js';

it('rule 17: a client whose seq moves with single rows of a sync is caught', async () => {
  // Small frames: so few rows would all go into one.
  await plant<typeof limits>('packages/contracts/src/limits', () => ({
    MAX_BATCH_FRAME_BYTES: 1_500,
  }));
  await plant<typeof control>('packages/client/src/apply-control', ({ applySyncState }) => ({
    applySyncState: (...[store, frame]: Parameters<typeof applySyncState>) => {
      applySyncState(store, frame);
      const view = store.view(frame.room_id);
      for (const { changed_seq } of frame.messages) {
        view.seq = Math.max(view.seq ?? 0, changed_seq);
      }
    },
  }));
  expect(await firstBroken('I4', 20, cutOffWithinRows)).toBeGreaterThan(0);
});
