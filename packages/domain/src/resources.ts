/** From rows and states to the resources that REST and the sockets answer. */
import type { Message, Reply, RoomEventOf, Time, Uuid } from '@parley/contracts';
import type { ReplyState } from './room-state.js';
import type { MessageRow } from './rows.js';
import type { Stamp } from './window.js';

/** Unix ms as UTC ISO-8601 with milliseconds. */
export function iso(ms: number): Time {
  return new Date(ms).toISOString();
}

const isoOrNull = (ms: number | null): Time | null => (ms === null ? null : iso(ms));

export function messageResource(
  row: MessageRow,
  reactions: readonly { readonly emoji: string; readonly user_ids: readonly Uuid[] }[],
): Message {
  return {
    id: row.id,
    room_id: row.room_id,
    seq: row.seq,
    order: row.order,
    sender: row.sender,
    sender_id: row.sender_id,
    sender_name: row.sender_name,
    client_id: row.client_id,
    content: row.deleted_at === null ? row.content : '',
    reply_to: row.reply_to,
    mentions: [...row.mentions],
    reactions: reactions.map(({ emoji, user_ids }) => ({ emoji, user_ids: [...user_ids] })),
    created_at: iso(row.created_at),
    edited_at: isoOrNull(row.edited_at),
    deleted_at: isoOrNull(row.deleted_at),
    changed_seq: row.changed_seq,
    reply: row.reply,
  };
}

/** An open answer. A settled one is a message: asking for it here is the caller's mistake and answers `generating`. */
export function replyResource(roomId: Uuid, reply: ReplyState): Reply {
  return {
    reply_id: reply.reply_id,
    room_id: roomId,
    question_id: reply.question_id,
    claim: reply.claim,
    model: reply.model,
    status: reply.status === 'asked' ? 'asked' : 'generating',
    attempt: reply.attempt,
  };
}

/** The row of a person's message, as it was posted. */
export function postedMessage(
  event: RoomEventOf<'message.posted'>,
  { seq, at }: Stamp,
  order: number,
): MessageRow {
  return {
    id: event.id,
    room_id: event.room_id,
    seq,
    order,
    sender: 'user',
    sender_id: event.by,
    sender_name: event.sender_name,
    client_id: event.client_id,
    content: event.content,
    reply_to: event.reply_to ?? null,
    mentions: event.mentions ?? [],
    created_at: at,
    edited_at: null,
    deleted_at: null,
    content_seq: seq,
    changed_seq: seq,
    reply: null,
  };
}

/** The row of the AI's message in which a reply ends. */
export function settledMessage(
  event: RoomEventOf<'reply.settled'>,
  { seq, at }: Stamp,
  order: number,
): MessageRow {
  return {
    id: event.message_id,
    room_id: event.room_id,
    seq,
    order,
    sender: 'ai',
    sender_id: null,
    sender_name: event.model,
    client_id: null,
    content: event.content,
    reply_to: event.question_id,
    mentions: [],
    created_at: at,
    edited_at: null,
    deleted_at: null,
    content_seq: seq,
    changed_seq: seq,
    reply: {
      reply_id: event.reply_id,
      question_id: event.question_id,
      claim: event.claim,
      model: event.model,
      status: event.status,
      attempt: event.attempt,
      usage: event.usage,
      error: event.error ?? null,
      stopped_by: event.stopped_by ?? null,
    },
  };
}
