import { expect, it } from '@jest/globals';
import type * as reduce from '../../../domain/src/reduce.js';
import { caught, plant } from './plant.js';

it('counting an answer twice in the order of a room is caught', async () => {
  await plant<typeof reduce>('packages/domain/src/reduce', ({ applyRoomEvent }) => ({
    applyRoomEvent: (...[room, event, stamp]: Parameters<typeof applyRoomEvent>) => {
      const outcome = applyRoomEvent(room, event, stamp);
      if (outcome.order !== null && event.type === 'reply.settled') room.last_order += 1;
      return outcome;
    },
  }));
  expect(await caught('I3', { seeds: 50 })).toBeGreaterThan(0);
});
