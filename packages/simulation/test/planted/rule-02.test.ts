import { expect, it } from '@jest/globals';
import type * as reduce from '../../../domain/src/reduce.js';
import { caught, plant } from './plant.js';

it('rule 2: a room that forgets its window at once is caught', async () => {
  await plant<typeof reduce>('packages/domain/src/reduce', ({ applyRoomEvent }) => ({
    applyRoomEvent: (...[room, event, stamp]: Parameters<typeof applyRoomEvent>) => {
      room.window.clear();
      return applyRoomEvent(room, event, stamp);
    },
  }));
  expect(await caught('I11', { seeds: 50 })).toBeGreaterThan(0);
});
