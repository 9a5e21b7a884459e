/** Messages as rows, from the frames that bring them; and how they are shown. */
import type { EventFrame, LastMessage, Message, MessageReply } from '@parley/contracts';
import type { Via } from './client-events.js';
import { isInLine, type MessageChange, type RoomContent } from './room-view.js';
import type { Store } from './store.js';

type FrameOf<T extends EventFrame['type']> = Extract<EventFrame, { type: T }>;

/** The message of a `message.posted` frame. */
export function postedMessage(frame: FrameOf<'message.posted'>): Message {
  return (
    frame.message ?? {
      id: frame.id,
      room_id: frame.room_id,
      seq: frame.seq,
      order: frame.order,
      sender: 'user',
      sender_id: frame.sender_id,
      sender_name: frame.sender_name,
      client_id: frame.client_id,
      content: frame.content,
      reply_to: frame.reply_to ?? null,
      mentions: frame.mentions ?? [],
      reactions: [],
      created_at: frame.at,
      edited_at: null,
      deleted_at: null,
      changed_seq: frame.seq,
      reply: null,
    }
  );
}

/**
 * Takes a row. An unknown one is shown as new when it lies beyond what the client has; an old one (changed while the
 * client was away, never loaded) is left to `history`, unless it lies among the loaded ones. A known one is updated.
 */
export function takeRow(store: Store, view: RoomContent, message: Message, via: Via): void {
  settle(store, view, message.reply, message);
  if (!view.messages.has(message.id) && view.seq !== null && message.seq <= view.seq) {
    const first = view.messages.first;
    if (first === undefined || message.seq < first.seq) return;
    view.messages.upsert(message);
    view.version++;
    store.emit('update', { roomId: view.id, message, change: 'row' });
    return;
  }
  show(store, view, message, via);
}

/** Shows a message: as new if its id is unknown, else as a change if the row is newer. */
export function show(store: Store, view: RoomContent, message: Message, via: Via): void {
  const last = view.messages.last;
  const taken = view.messages.upsert(message);
  if (taken === 'known') return;
  view.version++;
  if (taken === 'updated') {
    store.emit('update', { roomId: view.id, message, change: 'row' });
    return;
  }
  view.messages.trim();
  if (message.sender_id !== null) view.typing.delete(message.sender_id);
  const late = last !== undefined && message.seq < last.seq;
  const counted = via === 'live' && count(store, view, message);
  store.emit('message', { roomId: view.id, message, via, late });
  if (counted) store.emit('room', { roomId: view.id, room: view.room, change: 'changed' });
}

/** Counts a new message, unless the room's description has it already. */
function count(store: Store, view: RoomContent, message: Message): boolean {
  const room = view.room;
  if (room === null || message.seq <= room.last_seq) return false;
  const me = store.me?.id ?? null;
  const unread = message.sender_id === null || message.sender_id !== me;
  const mentioned = me !== null && unread && message.mentions.includes(me);
  view.room = {
    ...room,
    unread_count: room.unread_count + (unread ? 1 : 0),
    mention_count: room.mention_count + (mentioned ? 1 : 0),
    last_message: lastMessage(message),
    last_seq: message.seq,
  };
  return true;
}

export const lastMessage = (message: Message): LastMessage => ({
  id: message.id,
  sender_name: message.sender_name,
  excerpt: excerpt(message.content),
  at: message.created_at,
});

/** The first 120 code points. */
const excerpt = (text: string): string =>
  text.length <= 120 ? text : [...text.slice(0, 240)].slice(0, 120).join('');

/** Ends the open answer that the message is the end of. */
export function settle(
  store: Store,
  view: RoomContent,
  reply: MessageReply | null,
  message: Message,
): void {
  if (reply === null || !view.replies.delete(reply.reply_id)) return;
  view.version++;
  store.emit('settled', { roomId: view.id, replyId: reply.reply_id, message });
}

/** Changes a known message; `undefined` when it is unknown, or known to have changed so already. */
export function change(view: RoomContent, frame: MessageChange): Message | undefined {
  const known = view.messages.get(frame.message_id);
  if (known === undefined) {
    view.unplaced?.push(frame);
    return undefined;
  }
  const message = view.messages.change(known, frame, isInLine(view));
  if (message !== undefined) view.version++;
  return message;
}
