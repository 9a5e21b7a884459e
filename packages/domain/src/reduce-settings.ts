/** Rooms: created once, changed by those who lead them, deleted and restored by their owners. */
import { privateRoomId, type RoomEventOf } from '@parley/contracts';
import { closeReplies } from './reduce-replies.js';
import type { RoomSettings, RoomState } from './room-state.js';
import { APPLIED, atLeast, memberOf, refusal, type Ruling } from './ruling.js';
import type { Stamp } from './window.js';

/** Whether those named may begin a room of this kind under this id. */
function mayBegin(event: RoomEventOf<'room.created'>): boolean {
  const users = new Set(event.members.map((member) => member.user_id));
  const author = event.members.find((member) => member.user_id === event.by);
  if (users.size !== event.members.length || author === undefined) return false;
  // Only groups can be found or joined by others.
  if (event.kind !== 'group' && event.visibility !== 'private') return false;
  if (event.kind === 'private') {
    const [one, other] = [...users];
    return (
      users.size === 2 &&
      one !== undefined &&
      other !== undefined &&
      event.room_id === privateRoomId(one, other)
    );
  }
  return author.role === 'owner' && (event.kind === 'group' || users.size === 1);
}

export function judgeRoomCreated(
  room: RoomState,
  event: RoomEventOf<'room.created'>,
  { seq, at }: Stamp,
): Ruling {
  if (room.settings !== null) return 'room_exists';
  if (!mayBegin(event)) return 'forbidden';
  room.settings = {
    kind: event.kind,
    name: event.name,
    visibility: event.visibility,
    assistant: event.assistant,
    created_by: event.by,
    created_at: at,
    updated_at: at,
    status: 'Active',
    settings_seq: seq,
  };
  for (const { user_id, role } of event.members) {
    room.members.set(user_id, {
      user_id,
      role,
      joined_at: at,
      joined_seq: seq,
      left_at: null,
      banned: false,
      membership_seq: seq,
      changed_seq: seq,
    });
  }
  return APPLIED;
}

export function judgeRoomUpdated(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'room.updated'>,
  { seq, at }: Stamp,
): Ruling {
  if (event.basis !== settings.settings_seq) return 'superseded';
  const least = settings.kind === 'conversation' ? 'owner' : 'admin';
  const refused = refusal(room, settings, event.by, least);
  if (refused !== null) return refused;
  if (settings.kind !== 'group' && event.visibility !== undefined) {
    if (event.visibility !== settings.visibility) return 'forbidden';
  }
  if (event.name !== undefined) settings.name = event.name;
  if (event.visibility !== undefined) settings.visibility = event.visibility;
  if (event.assistant !== undefined) settings.assistant = event.assistant;
  settings.updated_at = at;
  settings.settings_seq = seq;
  return APPLIED;
}

export function judgeRoomDeleted(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'room.deleted'>,
  { seq, at }: Stamp,
): Ruling {
  if (event.basis !== settings.settings_seq) return 'superseded';
  const refused = refusal(room, settings, event.by, 'owner');
  if (refused !== null) return refused;
  settings.status = 'Deleted';
  settings.updated_at = at;
  settings.settings_seq = seq;
  closeReplies(room, () => true, { reason: 'deleted', by: event.by, at });
  return APPLIED;
}

export function judgeRoomRestored(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'room.restored'>,
  { seq, at }: Stamp,
): Ruling {
  if (event.basis !== settings.settings_seq) return 'superseded';
  const author = memberOf(room, event.by);
  if (author === undefined) return 'not_a_member';
  if (!atLeast(author.role, 'owner')) return 'forbidden';
  if (settings.status === 'Active') return 'no_change';
  settings.status = 'Active';
  settings.updated_at = at;
  settings.settings_seq = seq;
  return APPLIED;
}
