/**
 * Answers: `asked → generating → settled`. A stop or a deletion closes an open one: no new claim counts then, and one
 * settlement by its last claim is awaited. So every reply ends in exactly one `reply.settled`.
 */
import { ASSISTANT, replyMessageId, type RoomEventOf, type VoidReason } from '@parley/contracts';
import type { ReplyState, RoomSettings, RoomState } from './room-state.js';
import { APPLIED, refusal, type Ruling } from './ruling.js';
import { knownReply, recentMessage, type Stamp } from './window.js';

export function openReply(
  room: RoomState,
  ask: { readonly reply_id: string; readonly question_id: string; readonly model: string },
  { seq, at }: Stamp,
): void {
  room.replies.set(ask.reply_id, {
    reply_id: ask.reply_id,
    question_id: ask.question_id,
    asked_seq: seq,
    asked_at: at,
    model: ask.model,
    status: 'asked',
    claim: null,
    attempt: 0,
    reserved: 0,
    closed: null,
    settled_at: null,
  });
}

/** Closes those open replies that are chosen and not closed yet. */
export function closeReplies(
  room: RoomState,
  chosen: (reply: ReplyState) => boolean,
  closed: NonNullable<ReplyState['closed']>,
): void {
  for (const reply of room.replies.values()) {
    if (reply.status !== 'settled' && reply.closed === null && chosen(reply)) {
      reply.closed = { ...closed };
    }
  }
}

/** The reply, while it is not settled. */
function openOne(room: RoomState, id: string, questionId?: string): ReplyState | undefined {
  const reply = room.replies.get(id);
  if (reply === undefined || reply.status === 'settled') return undefined;
  return questionId === undefined || reply.question_id === questionId ? reply : undefined;
}

export function judgeReplyAsked(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'reply.asked'>,
  stamp: Stamp,
): Ruling {
  const refused = refusal(room, settings, event.by);
  if (refused !== null) return refused;
  if (settings.assistant === null || settings.assistant.mode === 'off') return 'assistant_off';
  if (recentMessage(room, event.question_id, stamp.at)?.deleted === true) return 'message_deleted';
  if (knownReply(room, event.reply_id, stamp.at) !== undefined) return 'no_change';
  openReply(room, event, stamp);
  return APPLIED;
}

export function judgeReplyStarted(
  room: RoomState,
  event: RoomEventOf<'reply.started'>,
  { seq }: Stamp,
): Ruling {
  if (event.by !== ASSISTANT) return 'forbidden';
  const reply = openOne(room, event.reply_id, event.question_id);
  if (reply === undefined) return 'no_such_reply';
  if (reply.closed !== null) return 'reply_closed';
  reply.status = 'generating';
  reply.claim = seq;
  reply.attempt = event.attempt;
  reply.reserved = event.reserved;
  reply.model = event.model;
  return APPLIED;
}

export function judgeReplyStopAsked(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'reply.stop_asked'>,
  { at }: Stamp,
): Ruling {
  const refused = refusal(room, settings, event.by);
  if (refused !== null) return refused;
  const reply = openOne(room, event.reply_id);
  if (reply === undefined) return 'no_such_reply';
  if (reply.closed !== null) return 'reply_closed';
  reply.closed = { reason: 'stopped', by: event.by, at };
  return APPLIED;
}

/** A closed reply may be settled without ever having been claimed; an open one only by the claim that holds. */
function settlementRefusal(
  reply: ReplyState,
  event: RoomEventOf<'reply.settled'>,
): VoidReason | null {
  if (event.claim !== reply.claim) return 'foreign_claim';
  if (reply.closed === null) return reply.claim === null ? 'foreign_claim' : null;
  return event.status === 'stopped' ? null : 'forbidden';
}

/** Counts in a deleted room too: its deletion is what closed the reply. */
export function judgeReplySettled(
  room: RoomState,
  event: RoomEventOf<'reply.settled'>,
  { seq, at }: Stamp,
): Ruling {
  if (event.by !== ASSISTANT) return 'forbidden';
  if (event.message_id !== replyMessageId(event.reply_id)) return 'forbidden';
  const reply = openOne(room, event.reply_id, event.question_id);
  if (reply === undefined) return 'no_such_reply';
  const refused = settlementRefusal(reply, event);
  if (refused !== null) return refused;
  reply.status = 'settled';
  reply.settled_at = at;
  room.last_order += 1;
  room.messages.set(event.message_id, {
    author: null,
    content_seq: seq,
    deleted: false,
    changed_at: at,
  });
  return { order: room.last_order, asks: [] };
}
