import { expect, it } from '@jest/globals';
import type * as rooms from '../../../../services/edge/src/rooms.js';
import { caught, plant } from './plant.js';

it('rule 13: a room that is not silent while it is synced is caught', async () => {
  await plant<typeof rooms>('services/edge/src/rooms', ({ Rooms }) => ({
    Rooms: class extends Rooms {
      override silence(...args: Parameters<InstanceType<typeof Rooms>['silence']>): void {
        super.silence(...args);
        args[0].live.add(args[1]);
      }
    },
  }));
  expect(await caught('I4', { seeds: 300 })).toBeGreaterThan(0);
});
