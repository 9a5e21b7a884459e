/**
 * The reducer: what one event does to a room at its position. Edges, the projection and the AI worker fold with it, so
 * they all come to the same verdict on every record.
 *
 * The order of the checks is part of the protocol: stale, then known to the window, then whether the room exists, then
 * superseded by its basis, then membership, role and state.
 */
import type { Ask, RoomEvent, VoidReason } from '@parley/contracts';
import { judgeMemberChanged, judgeMemberJoined, judgeMemberLeft } from './reduce-members.js';
import {
  judgeMessageDeleted,
  judgeMessageEdited,
  judgeMessagePosted,
  judgeReaction,
} from './reduce-messages.js';
import {
  judgeReplyAsked,
  judgeReplySettled,
  judgeReplyStarted,
  judgeReplyStopAsked,
} from './reduce-replies.js';
import {
  judgeRoomCreated,
  judgeRoomDeleted,
  judgeRoomRestored,
  judgeRoomUpdated,
} from './reduce-settings.js';
import type { RoomState, WindowEntry } from './room-state.js';
import { APPLIED, type Ruling } from './ruling.js';
import { isStale, remembered, sweepNowAndThen, untilOf, type Stamp } from './window.js';

export type { Stamp } from './window.js';

/** What became of one record. */
export interface Outcome {
  /** `null` = applied. */
  readonly reason: VoidReason | null;
  /** The place in the room's dense order: of applied posts and settlements. */
  readonly order: number | null;
  /** Of a post: the asks that the room's settings allowed. */
  readonly asks: readonly Ask[];
  /** What the window knew of the id: the record is void as a duplicate, or for the first one's reason. */
  readonly duplicateOf: WindowEntry | null;
  /** Whether the id entered the window; false for stale records and duplicates. */
  readonly remembered: boolean;
}

const forgotten = (reason: VoidReason, duplicateOf: WindowEntry | null): Outcome => ({
  reason,
  order: null,
  asks: [],
  duplicateOf,
  remembered: false,
});

/** Judges a record and, when it is applied, changes the room. The room must stand right before `stamp`. */
export function applyRoomEvent(room: RoomState, event: RoomEvent, stamp: Stamp): Outcome {
  if (isStale(event, stamp.at)) return forgotten('stale', null);
  const first = remembered(room, event.id, stamp.at);
  if (first !== undefined) return forgotten(first.reason ?? 'duplicate', first);

  const ruling = judge(room, event, stamp);
  const reason = typeof ruling === 'string' ? ruling : null;
  const { order, asks } = typeof ruling === 'string' ? APPLIED : ruling;
  if (reason === null) room.last_seq = stamp.seq;
  room.window.set(event.id, { until: untilOf(event, stamp.at), reason, seq: stamp.seq });
  sweepNowAndThen(room, stamp);
  return { reason, order, asks, duplicateOf: null, remembered: true };
}

function judge(room: RoomState, event: RoomEvent, stamp: Stamp): Ruling {
  if (event.type === 'room.created') return judgeRoomCreated(room, event, stamp);
  const { settings } = room;
  if (settings === null) return 'no_such_room';
  switch (event.type) {
    case 'room.updated':
      return judgeRoomUpdated(room, settings, event, stamp);
    case 'room.deleted':
      return judgeRoomDeleted(room, settings, event, stamp);
    case 'room.restored':
      return judgeRoomRestored(room, settings, event, stamp);
    case 'member.joined':
      return judgeMemberJoined(room, settings, event, stamp);
    case 'member.left':
      return judgeMemberLeft(room, settings, event, stamp);
    case 'member.changed':
      return judgeMemberChanged(room, settings, event, stamp);
    case 'message.posted':
      return judgeMessagePosted(room, settings, event, stamp);
    case 'message.edited':
      return judgeMessageEdited(room, settings, event, stamp);
    case 'message.deleted':
      return judgeMessageDeleted(room, settings, event, stamp);
    case 'reaction.added':
    case 'reaction.removed':
      return judgeReaction(room, settings, event, stamp);
    case 'reply.asked':
      return judgeReplyAsked(room, settings, event, stamp);
    case 'reply.started':
      return judgeReplyStarted(room, event, stamp);
    case 'reply.stop_asked':
      return judgeReplyStopAsked(room, settings, event, stamp);
    case 'reply.settled':
      return judgeReplySettled(room, event, stamp);
  }
}
