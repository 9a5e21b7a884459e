/**
 * Membership of groups. Private rooms and conversations keep the members they were created with.
 *
 * Every event here carries as its basis the seq of the user's last joined or left: what was decided before a kick is void
 * after it, whatever its id, so that no late retry brings anybody back.
 */
import type { Role, RoomEventOf, VoidReason } from '@parley/contracts';
import { isMember, type MemberState, type RoomSettings, type RoomState } from './room-state.js';
import { APPLIED, atLeast, memberOf, refusal, type Ruling } from './ruling.js';
import type { Stamp } from './window.js';

function isBasis(room: RoomState, event: { user_id: string; basis: number }): boolean {
  return event.basis === (room.members.get(event.user_id)?.membership_seq ?? 0);
}

/** Whether the room would have members but no owner if this owner were none. */
function isLastOwner(room: RoomState, member: MemberState): boolean {
  if (member.role !== 'owner') return false;
  for (const other of room.members.values()) {
    if (other.left_at === null && other.role === 'owner' && other !== member) return false;
  }
  return true;
}

function hasOthers(room: RoomState, member: MemberState): boolean {
  for (const other of room.members.values()) {
    if (other.left_at === null && other !== member) return true;
  }
  return false;
}

/** Why this author may not bring in this user in this role, if so. */
function joinRefusal(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'member.joined'>,
): VoidReason | null {
  if (event.by !== event.user_id) {
    const refused = refusal(room, settings, event.by, 'admin');
    if (refused !== null) return refused;
    return atLeast(memberOf(room, event.by)?.role ?? 'member', event.role) ? null : 'forbidden';
  }
  if (settings.visibility === 'private' && !isMember(room, event.by)) return 'forbidden';
  if (room.members.get(event.user_id)?.banned === true) return 'banned';
  if (settings.status === 'Deleted') return 'room_deleted';
  return event.role === 'member' || isMember(room, event.by) ? null : 'forbidden';
}

export function judgeMemberJoined(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'member.joined'>,
  { seq, at }: Stamp,
): Ruling {
  if (!isBasis(room, event)) return 'superseded';
  if (settings.kind !== 'group') return 'forbidden';
  const refused = joinRefusal(room, settings, event);
  if (refused !== null) return refused;
  if (isMember(room, event.user_id)) return 'no_change';
  room.members.set(event.user_id, {
    user_id: event.user_id,
    role: event.role,
    joined_at: at,
    joined_seq: seq,
    left_at: null,
    banned: false,
    membership_seq: seq,
    changed_seq: seq,
  });
  return APPLIED;
}

/** Why this author may not remove this user, if so. */
function removalRefusal(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'member.left'>,
): VoidReason | null {
  const target = memberOf(room, event.user_id);
  if (event.reason === 'left') {
    const refused = refusal(room, settings, event.by);
    if (refused !== null) return refused;
    if (event.by !== event.user_id || target === undefined) return 'forbidden';
    return isLastOwner(room, target) && hasOthers(room, target) ? 'last_owner' : null;
  }
  const refused = refusal(room, settings, event.by, 'admin');
  if (refused !== null) return refused;
  if (event.by === event.user_id) return 'forbidden';
  if (target === undefined) {
    const strangerMayBeBanned = room.members.get(event.user_id)?.banned !== true;
    return event.reason === 'banned' && strangerMayBeBanned ? null : 'no_change';
  }
  const isOwner = memberOf(room, event.by)?.role === 'owner';
  return isOwner || target.role === 'member' ? null : 'forbidden';
}

export function judgeMemberLeft(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'member.left'>,
  { seq, at }: Stamp,
): Ruling {
  if (!isBasis(room, event)) return 'superseded';
  if (settings.kind !== 'group') return 'forbidden';
  const refused = removalRefusal(room, settings, event);
  if (refused !== null) return refused;
  const before = room.members.get(event.user_id);
  room.members.set(event.user_id, {
    user_id: event.user_id,
    role: before?.role ?? 'member',
    joined_at: before?.joined_at ?? at,
    joined_seq: before?.joined_seq ?? seq,
    left_at: at,
    banned: event.reason === 'banned',
    membership_seq: seq,
    changed_seq: seq,
  });
  return APPLIED;
}

/** Owners change anybody; admins change those who are not owners, and not into owners. */
function mayChange(author: Role, from: Role, to: Role): boolean {
  return author === 'owner' || (author === 'admin' && from !== 'owner' && to !== 'owner');
}

export function judgeMemberChanged(
  room: RoomState,
  settings: RoomSettings,
  event: RoomEventOf<'member.changed'>,
  { seq }: Stamp,
): Ruling {
  if (!isBasis(room, event)) return 'superseded';
  if (settings.kind !== 'group') return 'forbidden';
  const refused = refusal(room, settings, event.by, 'admin');
  if (refused !== null) return refused;
  const target = memberOf(room, event.user_id);
  if (target === undefined) return 'no_change';
  const author = memberOf(room, event.by)?.role ?? 'member';
  if (!mayChange(author, target.role, event.role)) return 'forbidden';
  if (target.role === event.role) return 'no_change';
  if (isLastOwner(room, target)) return 'last_owner';
  target.role = event.role;
  target.changed_seq = seq;
  return APPLIED;
}
