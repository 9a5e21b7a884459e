/** Messages and reactions. Of messages changed lately the room knows author and state; of older ones the event says. */
import { messageId, replyId, type Ask, type RoomEventOf } from '@parley/contracts';
import { closeReplies, openReply } from './reduce-replies.js';
import type { RoomSettings, RoomState } from './room-state.js';
import { APPLIED, atLeast, memberOf, refusal, type Ruling } from './ruling.js';
import { knownReply, recentMessage, type Stamp } from './window.js';

/** The asks that the room allows: its assistant is on, and the reply's id is the one derived from question and model. */
function allowedAsks(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'message.posted'>,
  at: number,
): Ask[] {
  if (settings.assistant === null || settings.assistant.mode === 'off') return [];
  const allowed = new Map<string, Ask>();
  for (const ask of event.asks ?? []) {
    const derived = ask.reply_id === replyId(event.id, ask.model, 0);
    if (derived && knownReply(room, ask.reply_id, at) === undefined) {
      allowed.set(ask.reply_id, ask);
    }
  }
  return [...allowed.values()];
}

export function judgeMessagePosted(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'message.posted'>,
  stamp: Stamp,
): Ruling {
  const refused = refusal(room, settings, event.by);
  if (refused !== null) return refused;
  if (event.id !== messageId(event.room_id, event.by, event.client_id)) return 'forbidden';
  const asks = allowedAsks(room, settings, event, stamp.at);
  room.last_order += 1;
  room.messages.set(event.id, {
    author: event.by,
    content_seq: stamp.seq,
    deleted: false,
    changed_at: stamp.at,
  });
  for (const ask of asks) openReply(room, { ...ask, question_id: event.id }, stamp);
  return { order: room.last_order, asks };
}

export function judgeMessageEdited(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'message.edited'>,
  { seq, at }: Stamp,
): Ruling {
  const recent = recentMessage(room, event.message_id, at);
  if (recent !== undefined && event.basis !== recent.content_seq) return 'superseded';
  const refused = refusal(room, settings, event.by);
  if (refused !== null) return refused;
  const author = recent === undefined ? event.author : recent.author;
  if (author !== event.by) return 'forbidden';
  if (recent?.deleted === true) return 'message_deleted';
  room.messages.set(event.message_id, {
    author,
    content_seq: seq,
    deleted: false,
    changed_at: at,
  });
  return APPLIED;
}

export function judgeMessageDeleted(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'message.deleted'>,
  { seq, at }: Stamp,
): Ruling {
  const recent = recentMessage(room, event.message_id, at);
  if (recent !== undefined && event.basis !== recent.content_seq) return 'superseded';
  const refused = refusal(room, settings, event.by);
  if (refused !== null) return refused;
  const author = recent === undefined ? event.author : recent.author;
  const leads = atLeast(memberOf(room, event.by)?.role ?? 'member', 'admin');
  if (author !== event.by && !leads) return 'forbidden';
  if (recent?.deleted === true) return 'message_deleted';
  room.messages.set(event.message_id, { author, content_seq: seq, deleted: true, changed_at: at });
  closeReplies(room, (reply) => reply.question_id === event.message_id, {
    reason: 'deleted',
    by: event.by,
    at,
  });
  return APPLIED;
}

export function judgeReaction(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'reaction.added' | 'reaction.removed'>,
  { at }: Stamp,
): Ruling {
  const refused = refusal(room, settings, event.by);
  if (refused !== null) return refused;
  if (recentMessage(room, event.message_id, at)?.deleted === true) return 'message_deleted';
  return APPLIED;
}
