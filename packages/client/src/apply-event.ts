/** Folds one event of the log, as a frame, into the store. Every step can be repeated: what is known stays as it is. */
import { ASSISTANT, type EventFrame, type Member, type Room } from '@parley/contracts';
import { applyMessageEvent } from './apply-message-event.js';
import { isInLine, putMember, type RoomContent } from './room-view.js';
import type { Store } from './store.js';

type FrameOf<T extends EventFrame['type']> = Extract<EventFrame, { type: T }>;

/**
 * Takes an event in line: folds it, and moves the room's seq. A room whose content is awaited, one that is behind, and
 * one whose sync has not ended keep their seq: what lies before has still to come.
 */
export function applyEvent(store: Store, frame: EventFrame): void {
  const view = store.view(frame.room_id);
  fold(store, view, frame);
  noteSeq(view, frame.seq);
  if (isInLine(view)) view.seq = Math.max(view.seq, frame.seq);
}

function fold(store: Store, view: RoomContent, frame: EventFrame): void {
  switch (frame.type) {
    case 'room.created':
      created(store, view, frame);
      break;
    case 'room.updated':
      changeRoom(store, view, frame, (room) => updated(room, frame));
      break;
    case 'room.deleted':
      changeRoom(store, view, frame, () => ({ status: 'Deleted' }));
      break;
    case 'room.restored':
      changeRoom(store, view, frame, () => ({ status: 'Active' }));
      break;
    case 'member.joined':
      joined(store, view, frame);
      break;
    case 'member.left':
      left(store, view, frame);
      break;
    case 'member.changed': {
      const known = view.members.get(frame.user_id);
      if (known === undefined) break;
      const member = { ...known, role: frame.role, changed_seq: frame.seq };
      if (!putMember(view, member)) break;
      view.version++;
      store.emit('member', { roomId: view.id, userId: frame.user_id, member, change: 'changed' });
      break;
    }
    default:
      applyMessageEvent(store, view, frame);
  }
}

/** The room's own description follows its events, but never twice: one at or before its `last_seq` is in it already. */
function changeRoom(
  store: Store,
  view: RoomContent,
  frame: EventFrame,
  alter: (room: Room) => Partial<Room>,
): void {
  if (view.room === null || frame.seq <= view.room.last_seq) return;
  const room = {
    ...view.room,
    ...alter(view.room),
    updated_at: frame.at,
    last_seq: frame.seq,
  };
  view.room = room;
  view.version++;
  store.emit('room', { roomId: view.id, room, change: 'changed' });
}

function noteSeq(view: RoomContent, seq: number): void {
  if (view.room !== null && seq > view.room.last_seq) view.room = { ...view.room, last_seq: seq };
}

function updated(room: Room, frame: FrameOf<'room.updated'>): Partial<Room> {
  const name = frame.name === undefined ? room.name : frame.name;
  const assistant = frame.assistant === undefined ? room.assistant : frame.assistant;
  return {
    name,
    assistant,
    visibility: frame.visibility ?? room.visibility,
    ...(room.kind === 'conversation' ? aliases(name, assistant) : {}),
  };
}

const aliases = (name: string | null, assistant: Room['assistant']): Partial<Room> => ({
  title: name,
  model: assistant?.model ?? null,
  system_prompt: assistant?.system_prompt ?? null,
});

/** The first event of a room: nothing lies before it, so it is complete. */
function created(store: Store, view: RoomContent, frame: FrameOf<'room.created'>): void {
  if (view.room !== null) return;
  view.membership = 'member';
  if (view.seq === null) view.seq = frame.seq;
  for (const person of frame.members) {
    putMember(view, {
      ...person,
      joined_at: frame.at,
      left_at: null,
      changed_seq: frame.seq,
    });
  }
  store.describe(view, {
    id: frame.room_id,
    kind: frame.kind,
    name: frame.name,
    visibility: frame.visibility,
    assistant: frame.assistant,
    created_by: frame.by === ASSISTANT ? '' : frame.by,
    created_at: frame.at,
    updated_at: frame.at,
    status: 'Active',
    member_count: frame.members.length,
    last_seq: frame.seq,
    last_read_seq: 0,
    unread_count: 0,
    mention_count: 0,
    last_message: null,
    ...(frame.kind === 'conversation' ? aliases(frame.name, frame.assistant) : {}),
  });
}

function joined(store: Store, view: RoomContent, frame: FrameOf<'member.joined'>): void {
  const member: Member = {
    user_id: frame.user_id,
    username: frame.username,
    display_name: frame.display_name,
    role: frame.role,
    joined_at: frame.at,
    left_at: null,
    changed_seq: frame.seq,
  };
  const mine = frame.user_id === store.me?.id;
  // One's own joining of a room that one does not have: its content follows as a reset, unasked.
  if (mine && (view.membership === 'left' || view.seq === null)) {
    view.membership = 'joining';
    view.seq = null;
    view.version++;
  }
  if (!putMember(view, member)) return;
  view.version++;
  store.emit('member', { roomId: view.id, userId: frame.user_id, member, change: 'joined' });
  changeRoom(store, view, frame, (room) => ({ member_count: room.member_count + 1 }));
}

function left(store: Store, view: RoomContent, frame: FrameOf<'member.left'>): void {
  const known = view.members.get(frame.user_id);
  if ((known?.changed_seq ?? view.leftAt.get(frame.user_id) ?? -1) >= frame.seq) return;
  view.members.delete(frame.user_id);
  view.leftAt.set(frame.user_id, frame.seq);
  view.typing.delete(frame.user_id);
  view.version++;
  store.emit('member', {
    roomId: view.id,
    userId: frame.user_id,
    member: null,
    change: frame.reason,
  });
  changeRoom(store, view, frame, (room) => ({ member_count: Math.max(0, room.member_count - 1) }));
  if (frame.user_id === store.me?.id) leave(store, view);
}

/** One is no longer a member: nothing more will come, and coming back begins with a reset. */
export function leave(store: Store, view: RoomContent): void {
  if (view.membership === 'left') return;
  view.membership = 'left';
  view.seq = null;
  view.behind = false;
  view.syncing = false;
  view.replies.clear();
  view.typing.clear();
  view.version++;
  store.emit('room', { roomId: view.id, room: view.room, change: 'removed' });
}
