import { expect, it } from '@jest/globals';
import type { RoomEvent } from '@parley/contracts';
import type { RoomState } from '@parley/domain';
import type * as reduce from '../../../domain/src/reduce.js';
import { twoOwnersOfAnAnswer } from '../directed/schedules.js';
import { firstBroken, plant } from './plant.js';

function anyClaim(room: RoomState, event: RoomEvent): RoomEvent {
  if (event.type !== 'reply.settled') return event;
  return { ...event, claim: room.replies.get(event.reply_id)?.claim ?? null };
}

it('rule 20: a reducer that lets any claim settle an answer is caught', async () => {
  await plant<typeof reduce>('packages/domain/src/reduce', ({ applyRoomEvent }) => ({
    applyRoomEvent: (...[room, event, stamp]: Parameters<typeof applyRoomEvent>) =>
      applyRoomEvent(room, anyClaim(room, event), stamp),
  }));
  expect(await firstBroken('I7', 20, twoOwnersOfAnAnswer)).toBeGreaterThan(0);
});
