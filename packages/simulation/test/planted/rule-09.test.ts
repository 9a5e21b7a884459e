import { expect, it } from '@jest/globals';
import type { RoomState } from '@parley/domain';
import type * as hosting from '../../../domain/src/hosting.js';
import { caught, plant } from './plant.js';

it('rule 9: hosting a room although kept records do not reach back to its rows is caught', async () => {
  await plant<typeof hosting>('packages/domain/src/hosting', ({ PartitionView }) => ({
    PartitionView: class extends PartitionView {
      override host(id: string, state: RoomState | undefined, at: number) {
        return super.host(id, state, Math.max(at, this.keptFrom));
      }
    },
  }));
  expect(await caught('I4', { seeds: 300, from: 25 })).toBeGreaterThan(0);
});
