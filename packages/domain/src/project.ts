/** What an applied event changes in the projection's rows. */
import type { RoomEvent, RoomEventOf } from '@parley/contracts';
import type { Outcome } from './reduce.js';
import { postedMessage, settledMessage } from './resources.js';
import type { MemberState, ReplyState, RoomSettings, RoomState } from './room-state.js';
import type { ReplyRow, RoomRow, RowChange, VerdictRow } from './rows.js';
import { untilOf, type Stamp } from './window.js';

function roomRow(room: RoomState, settings: RoomSettings): RowChange {
  const row: RoomRow = {
    ...settings,
    id: room.id,
    changed_seq: settings.settings_seq,
    last_seq: room.last_seq,
    last_order: room.last_order,
  };
  return { table: 'rooms', row };
}

function memberRow(room: RoomState, member: MemberState): RowChange {
  return { table: 'members', row: { ...member, room_id: room.id } };
}

function memberRowOf(room: RoomState, userId: string): RowChange[] {
  const member = room.members.get(userId);
  return member === undefined ? [] : [memberRow(room, member)];
}

/** `end` is the settlement that settled the reply: status and usage are in it alone. */
function replyRow(
  room: RoomState,
  reply: ReplyState,
  { seq }: Stamp,
  end?: RoomEventOf<'reply.settled'>,
): RowChange {
  const row: ReplyRow = {
    reply_id: reply.reply_id,
    room_id: room.id,
    question_id: reply.question_id,
    model: end?.model ?? reply.model,
    status: end?.status ?? (reply.status === 'asked' ? 'asked' : 'generating'),
    claim: reply.claim,
    attempt: end?.attempt ?? reply.attempt,
    reserved: reply.reserved,
    asked_seq: reply.asked_seq,
    asked_at: reply.asked_at,
    closed_reason: reply.closed?.reason ?? null,
    closed_by: reply.closed?.by ?? null,
    closed_at: reply.closed?.at ?? null,
    settled_at: reply.settled_at,
    usage: end?.usage ?? null,
    changed_seq: seq,
  };
  return { table: 'replies', row };
}

function replyRowOf(room: RoomState, replyId: string, stamp: Stamp): RowChange[] {
  const reply = room.replies.get(replyId);
  return reply === undefined ? [] : [replyRow(room, reply, stamp)];
}

/** Those that this deletion closed: `at` and `by` tell them from those closed before. */
function repliesClosedBy(room: RoomState, event: RoomEvent, stamp: Stamp): RowChange[] {
  const changes: RowChange[] = [];
  for (const reply of room.replies.values()) {
    const { closed } = reply;
    if (reply.status === 'settled' || closed?.reason !== 'deleted') continue;
    if (closed.at === stamp.at && closed.by === event.by)
      changes.push(replyRow(room, reply, stamp));
  }
  return changes;
}

function settlement(
  room: RoomState,
  event: RoomEventOf<'reply.settled'>,
  stamp: Stamp,
  order: number,
): RowChange[] {
  const reply = room.replies.get(event.reply_id);
  return [
    { table: 'messages', row: settledMessage(event, stamp, order) },
    ...(reply === undefined ? [] : [replyRow(room, reply, stamp, event)]),
  ];
}

function detailsOf(room: RoomState, event: RoomEvent, stamp: Stamp, outcome: Outcome): RowChange[] {
  const order = outcome.order ?? room.last_order;
  const { seq, at } = stamp;
  switch (event.type) {
    case 'room.created':
      return [...room.members.values()].map((member) => memberRow(room, member));
    case 'room.updated':
    case 'room.restored':
      return [];
    case 'room.deleted':
      return repliesClosedBy(room, event, stamp);
    case 'member.joined':
    case 'member.left':
    case 'member.changed':
      return memberRowOf(room, event.user_id);
    case 'message.posted':
      return [
        { table: 'messages', row: postedMessage(event, stamp, order) },
        ...outcome.asks.flatMap((ask) => replyRowOf(room, ask.reply_id, stamp)),
      ];
    case 'message.edited': {
      const { message_id: id, room_id, content } = event;
      return [{ table: 'messages', edit: { id, room_id, content, edited_at: at, seq } }];
    }
    case 'message.deleted': {
      const { message_id: id, room_id } = event;
      return [
        { table: 'messages', remove: { id, room_id, deleted_at: at, seq } },
        ...repliesClosedBy(room, event, stamp),
      ];
    }
    case 'reaction.added':
    case 'reaction.removed': {
      const { room_id, message_id, emoji, by: user_id } = event;
      const removed = event.type === 'reaction.removed';
      const row = { room_id, message_id, user_id, emoji, removed, changed_seq: seq };
      return [{ table: 'reactions', row }];
    }
    case 'reply.asked':
    case 'reply.started':
    case 'reply.stop_asked':
      return replyRowOf(room, event.reply_id, stamp);
    case 'reply.settled':
      return settlement(room, event, stamp, order);
  }
}

/**
 * The rows that an event changed, to be executed in this order; none when it is void. `room` is the state right after the
 * event. The room's own row comes first: the others refer to it.
 */
export function rowsOf(
  room: RoomState,
  event: RoomEvent,
  stamp: Stamp,
  outcome: Outcome,
): RowChange[] {
  if (outcome.reason !== null || room.settings === null) return [];
  return [roomRow(room, room.settings), ...detailsOf(room, event, stamp, outcome)];
}

/** What is kept of a record's verdict until its id leaves the window; nothing for stale records and duplicates. */
export function verdictOf(
  event: RoomEvent,
  stamp: Stamp,
  outcome: Outcome,
): VerdictRow | undefined {
  if (!outcome.remembered) return undefined;
  return {
    room_id: event.room_id,
    id: event.id,
    at: stamp.at,
    until: untilOf(event, stamp.at),
    reason: outcome.reason,
    seq: stamp.seq,
  };
}
