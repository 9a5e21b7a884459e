/** Folds the events of messages and answers into a room. */
import type { EventFrame } from '@parley/contracts';
import { change, lastMessage, postedMessage, settle, show } from './messages.js';
import { openReply, type OpenReply } from './reply-text.js';
import type { MessageChange, RoomContent } from './room-view.js';
import type { Store } from './store.js';

type FrameOf<T extends EventFrame['type']> = Extract<EventFrame, { type: T }>;
export type MessageFrame = FrameOf<
  | 'message.posted'
  | 'message.edited'
  | 'message.deleted'
  | 'reaction.added'
  | 'reaction.removed'
  | 'reply.asked'
  | 'reply.started'
  | 'reply.stop_asked'
  | 'reply.settled'
>;

export function applyMessageEvent(store: Store, view: RoomContent, frame: MessageFrame): void {
  switch (frame.type) {
    case 'message.posted':
      posted(store, view, frame);
      break;
    case 'message.edited':
      tell(store, view, 'edited', frame);
      break;
    case 'message.deleted':
      tell(store, view, 'deleted', frame);
      break;
    case 'reaction.added':
    case 'reaction.removed':
      tell(store, view, 'reaction', frame);
      break;
    case 'reply.asked':
      ask(store, view, frame.reply_id, frame.question_id, frame.model);
      break;
    case 'reply.started':
      started(store, view, frame);
      break;
    case 'reply.stop_asked': {
      const known = view.replies.get(frame.reply_id);
      if (known !== undefined) putReply(store, view, { ...known, stopping: true }, false);
      break;
    }
    case 'reply.settled':
      settle(store, view, frame.message.reply, frame.message);
      show(store, view, frame.message, 'live');
      break;
  }
}

function posted(store: Store, view: RoomContent, frame: FrameOf<'message.posted'>): void {
  const message = postedMessage(frame);
  show(store, view, message, 'live');
  for (const { reply_id, model } of frame.asks ?? []) {
    ask(store, view, reply_id, message.id, model);
  }
}

function tell(
  store: Store,
  view: RoomContent,
  kind: 'edited' | 'deleted' | 'reaction',
  frame: MessageChange,
): void {
  const message = change(view, frame);
  if (message === undefined) return;
  if (view.room?.last_message?.id === message.id) {
    view.room = { ...view.room, last_message: lastMessage(message) };
  }
  store.emit('update', { roomId: view.id, message, change: kind });
}

function ask(
  store: Store,
  view: RoomContent,
  replyId: string,
  questionId: string,
  model: string,
): void {
  if (view.replies.has(replyId) || view.messages.isSettled(replyId)) return;
  const reply = {
    reply_id: replyId,
    room_id: view.id,
    question_id: questionId,
    claim: null,
    model,
    status: 'asked' as const,
    attempt: 0,
  };
  putReply(store, view, openReply(reply, undefined), false);
}

function started(store: Store, view: RoomContent, frame: FrameOf<'reply.started'>): void {
  if (view.messages.isSettled(frame.reply_id)) return;
  const known = view.replies.get(frame.reply_id);
  if (known?.claim !== undefined && known.claim !== null && known.claim >= frame.seq) return;
  const reply = openReply(
    {
      reply_id: frame.reply_id,
      room_id: view.id,
      question_id: frame.question_id,
      claim: frame.seq,
      model: frame.model,
      status: 'generating',
      attempt: frame.attempt,
    },
    known,
  );
  putReply(store, view, reply, known !== undefined && known.claim !== null);
}

/** Puts an open answer in and tells of it. */
export function putReply(
  store: Store,
  view: RoomContent,
  reply: OpenReply,
  restarted: boolean,
): void {
  view.replies.set(reply.replyId, reply);
  view.version++;
  store.emit('reply', { roomId: view.id, reply, restarted });
}
