/** Folds the frames that are not events of the log: lists of rooms, syncs, pieces of answers, presence. */
import type { ControlFrameOf, Seq } from '@parley/contracts';
import { putReply } from './apply-message-event.js';
import { takeRow } from './messages.js';
import { applyChunk, openReply } from './reply-text.js';
import { MessageList } from './message-list.js';
import { putMember, type RoomContent } from './room-view.js';
import { type Store, TYPING_MS } from './store.js';

/**
 * The rooms of the user. A room that was not known begins at its `last_seq`, the position from which its live events
 * come; one that is being resumed keeps its seq for its sync to move.
 */
export function applyReady(
  store: Store,
  frame: ControlFrameOf<'ready'>,
  resumed: ReadonlySet<string>,
): void {
  for (const room of frame.rooms) {
    const view = store.view(room.id);
    if (view.membership === 'left') startAnew(store, view);
    if (view.seq === null && !resumed.has(room.id) && view.membership === 'member') {
      view.seq = room.last_seq;
    }
    store.describe(view, room);
  }
  for (const reply of frame.replies) applyReply(store, store.view(reply.room_id), reply);
  for (const userId of frame.online) store.online.add(userId);
}

/** One is a member again and was not told when that began: what lies between is missing, so nothing of before stays. */
function startAnew(store: Store, view: RoomContent): void {
  empty(view);
  store.emit('reset', { roomId: view.id });
}

function empty(view: RoomContent): void {
  view.membership = 'member';
  view.messages = new MessageList(view.messageLimit);
  view.members = new Map();
  view.leftAt.clear();
  view.reads.clear();
  view.replies = new Map();
  view.version++;
}

function applyReply(
  store: Store,
  view: RoomContent,
  reply: ControlFrameOf<'ready'>['replies'][number],
): void {
  if (view.messages.isSettled(reply.reply_id)) return;
  const known = view.replies.get(reply.reply_id);
  if ((known?.claim ?? -1) > (reply.claim ?? -1)) return;
  const restarted = known !== undefined && known.claim !== null && known.claim !== reply.claim;
  putReply(store, view, openReply(reply, known), restarted);
}

export function applyReplyChunk(store: Store, frame: ControlFrameOf<'reply.chunk'>): void {
  const view = store.rooms.get(frame.room_id);
  const known = view?.replies.get(frame.reply_id);
  if (view === undefined || known === undefined) return;
  const reply = applyChunk(known, frame);
  if (reply === known) return;
  const restarted = known.claim !== null && known.claim !== reply.claim;
  putReply(store, view, reply, restarted);
}

/** Current rows of what changed, as upserts. They move no seq: an interrupted sync is simply repeated. */
export function applySyncState(store: Store, frame: ControlFrameOf<'sync.state'>): void {
  const view = store.view(frame.room_id);
  store.describe(view, frame.room);
  for (const member of frame.members) {
    const known = view.members.has(member.user_id);
    if (!putMember(view, member)) continue;
    view.version++;
    const here = member.left_at === null;
    store.emit('member', {
      roomId: view.id,
      userId: member.user_id,
      member: here ? member : null,
      change: here ? (known ? 'changed' : 'joined') : 'left',
    });
  }
  for (const message of frame.messages) takeRow(store, view, message, 'sync');
  for (const reply of frame.replies) applyReply(store, view, reply);
}

/**
 * Replaces the room's content by the frames of a reset, all at once when its sync has ended: a reset that was cut off
 * half-way leaves the room as it was.
 */
export function applyReset(
  store: Store,
  view: RoomContent,
  frames: readonly ControlFrameOf<'sync.state'>[],
): void {
  const shown = view.messages;
  const replies = view.replies;
  empty(view);
  view.room = frames[0]?.room ?? view.room;
  for (const frame of frames) {
    for (const member of frame.members) putMember(view, member);
    for (const message of frame.messages) view.messages.upsert(message);
    for (const reply of frame.replies) {
      view.replies.set(reply.reply_id, openReply(reply, replies.get(reply.reply_id)));
    }
  }
  store.emit('reset', { roomId: view.id });
  store.emit('room', { roomId: view.id, room: view.room, change: 'changed' });
  const last = shown.last?.seq ?? 0;
  // What lies before the seq that the client had is not new to it, only not loaded.
  for (const message of view.messages.after(view.seq ?? 0)) {
    if (shown.has(message.id)) continue;
    store.emit('message', { roomId: view.id, message, via: 'reset', late: message.seq < last });
  }
  for (const replyId of replies.keys()) {
    const message = view.messages.ordered.find(({ reply }) => reply?.reply_id === replyId);
    if (message !== undefined) store.emit('settled', { roomId: view.id, replyId, message });
  }
  for (const reply of view.replies.values()) {
    store.emit('reply', { roomId: view.id, reply, restarted: false });
  }
}

/** The end of a room's sync: now, and only now, the client has everything up to `through`. */
export function applySyncDone(
  store: Store,
  view: RoomContent,
  through: Seq,
  behind: boolean,
): void {
  view.syncing = false;
  view.version++;
  if (view.membership === 'left') return;
  view.membership = 'member';
  view.seq = through;
  view.behind = behind;
  if (!behind) view.messages.complete();
  store.emit('synced', { roomId: view.id, through, behind });
}

export function applyPresence(store: Store, frame: ControlFrameOf<'presence'>): void {
  if (frame.status === 'online') store.online.add(frame.user_id);
  else store.online.delete(frame.user_id);
  store.emit('presence', { userId: frame.user_id, status: frame.status });
}

export function applyTyping(store: Store, frame: ControlFrameOf<'typing'>): void {
  const view = store.rooms.get(frame.room_id);
  if (view === undefined || frame.user_id === store.me?.id) return;
  const until = store.now() + TYPING_MS;
  view.typing.set(frame.user_id, until);
  view.version++;
  store.emit('typing', { roomId: view.id, userId: frame.user_id, until });
}

/** A read mark; one's own (from another device, too) clears what was unread before it. */
export function applyRead(store: Store, frame: ControlFrameOf<'read'>): void {
  const view = store.rooms.get(frame.room_id);
  if (view === undefined) return;
  const { user_id: userId, seq } = frame;
  if ((view.reads.get(userId) ?? -1) >= seq) return;
  view.reads.set(userId, seq);
  view.version++;
  if (userId === store.me?.id) markRead(store, view, seq);
  store.emit('read', { roomId: view.id, userId, seq });
}

export function markRead(store: Store, view: RoomContent, seq: Seq): void {
  const room = view.room;
  if (room === null || seq <= room.last_read_seq) return;
  const me = store.me?.id ?? '';
  const unread = view.messages
    .after(seq)
    .filter((message) => message.sender_id !== me && message.deleted_at === null);
  view.room = {
    ...room,
    last_read_seq: seq,
    unread_count: Math.min(room.unread_count, unread.length),
    mention_count: unread.filter(({ mentions }) => mentions.includes(me)).length,
  };
  view.version++;
  store.emit('room', { roomId: view.id, room: view.room, change: 'changed' });
}
