import type { RoomEvent, Seq, Uuid } from '@parley/contracts';
import { eventFrame, type Outcome, type Stamp } from '@parley/domain';

/** News that a user may have become a member: a `+` event as it was read. Whether it counted, the room's state tells. */
export interface Notice {
  readonly roomId: Uuid;
  readonly seq: Seq;
  /** He was named when the room was created: he is told that event, not that he joined. */
  readonly created: boolean;
  /** The event as a frame, in case it counted. */
  readonly frame: string;
}

/** Membership events carry nothing that depends on the room. */
const APPLIED: Outcome = {
  reason: null,
  order: null,
  asks: [],
  duplicateOf: null,
  remembered: true,
};

/** Whom an event makes a member, if it counts. */
export function newMembersOf(event: RoomEvent): readonly Uuid[] {
  if (event.type === 'room.created') return event.members.map(({ user_id }) => user_id);
  return event.type === 'member.joined' ? [event.user_id] : [];
}

export function noticeOf(event: RoomEvent, stamp: Stamp): Notice {
  return {
    roomId: event.room_id,
    seq: stamp.seq,
    created: event.type === 'room.created',
    frame: eventFrame(JSON.stringify(event), event, stamp, APPLIED),
  };
}
