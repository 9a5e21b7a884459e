import { expect, it } from '@jest/globals';
import type { RoomEvent } from '@parley/contracts';
import type { RoomState } from '@parley/domain';
import type * as reduce from '../../../domain/src/reduce.js';
import { caught, plant } from './plant.js';

/** The event as if it had been decided on what holds now. */
function rebased(room: RoomState, event: RoomEvent): RoomEvent {
  switch (event.type) {
    case 'member.joined':
    case 'member.left':
    case 'member.changed':
      return { ...event, basis: room.members.get(event.user_id)?.membership_seq ?? 0 };
    case 'message.edited':
    case 'message.deleted':
      return { ...event, basis: room.messages.get(event.message_id)?.content_seq ?? event.basis };
    default:
      return event;
  }
}

it('rule 5: a reducer that does not ask what an event was decided on is caught', async () => {
  await plant<typeof reduce>('packages/domain/src/reduce', ({ applyRoomEvent }) => ({
    applyRoomEvent: (...[room, event, stamp]: Parameters<typeof applyRoomEvent>) =>
      applyRoomEvent(room, rebased(room, event), stamp),
  }));
  expect(await caught('I11', { seeds: 300 })).toBeGreaterThan(0);
});
