/**
 * Who is in a group. Each event carries as its basis the seq of the user's last joined or left as it was read here, so
 * that a decision that arrives after a kick counts for nothing.
 */
import {
  ParleyError,
  type Member,
  type Role,
  type Room,
  type RoomEventOf,
  type Uuid,
} from '@parley/contracts';
import type { GatewayPorts, WritePorts } from '../ports.js';
import { userOf, type Actor } from './actor.js';
import { person } from './create-room.js';
import {
  enter,
  presentMember,
  requireActive,
  requireGroup,
  requireRole,
  roomNotFound,
  type Entry,
} from './entry.js';
import { envelope, nothing, write, type Written } from './write.js';

type MemberPorts = WritePorts & Pick<GatewayPorts, 'users'>;

export interface MemberInput {
  readonly room_id: Uuid;
  readonly user_id: Uuid;
}

/** Enters a public or unlisted group, also after a kick, not after a ban. Whoever is in it already gets the room. */
export async function join(
  ports: MemberPorts,
  actor: Actor,
  input: { readonly room_id: Uuid },
): Promise<Written<Room>> {
  const { room_id } = input;
  const [access, me] = await Promise.all([
    ports.rooms.access(room_id, [actor.user_id]),
    userOf(ports, actor),
  ]);
  const before = access?.members.get(actor.user_id);
  const read = (): Promise<Room | undefined> => ports.rooms.room(room_id, actor.user_id);
  if (before?.left_at === null) {
    const room = await read();
    if (room === undefined) throw roomNotFound();
    return { status: 'done', value: room };
  }
  const open = access?.settings.kind === 'group' && access.settings.visibility !== 'private';
  if (!open) throw roomNotFound();
  if (before?.banned === true) throw new ParleyError('FORBIDDEN', 'banned from the room');
  if (access.settings.status === 'Deleted')
    throw new ParleyError('CONFLICT', 'the room is deleted');
  const event: RoomEventOf<'member.joined'> = {
    ...envelope(ports, actor, room_id),
    type: 'member.joined',
    basis: before?.membership_seq ?? 0,
    ...person(me, 'member'),
  };
  return write(ports, event, read);
}

/** Brings somebody in. For admins; nobody can give a role above his own. Also ends a ban. */
export async function addMember(
  ports: MemberPorts,
  actor: Actor,
  input: MemberInput & { readonly role?: Role | undefined },
): Promise<Written<Member>> {
  const [entry, [user]] = await Promise.all([
    enter(ports, actor, input.room_id, { others: [input.user_id] }),
    ports.users.byIds([input.user_id]),
  ]);
  requireGroup(entry);
  requireRole(entry, 'admin');
  requireActive(entry);
  requireRole(entry, input.role ?? 'member');
  if (user === undefined) throw new ParleyError('NOT_FOUND', 'no such user');
  if (presentMember(entry, user.id) !== undefined) {
    throw new ParleyError('CONFLICT', 'is a member already');
  }
  const event: RoomEventOf<'member.joined'> = {
    ...envelope(ports, actor, input.room_id),
    type: 'member.joined',
    basis: membershipBasis(entry, user.id),
    ...person(user, input.role ?? 'member'),
  };
  return write(ports, event, () => memberNow(ports, input));
}

/** Takes somebody out: oneself (`left`), or for admins another one (`kicked`, `banned`). A stranger can be banned too. */
export async function removeMember(
  ports: MemberPorts,
  actor: Actor,
  input: MemberInput & { readonly reason: 'left' | 'kicked' | 'banned' },
): Promise<Written<null>> {
  const { reason, user_id } = input;
  const entry = await enter(ports, actor, input.room_id, { others: [user_id] });
  requireGroup(entry);
  if (reason !== 'left') {
    requireRole(entry, 'admin');
    if (user_id === actor.user_id) throw new ParleyError('FORBIDDEN', 'leave instead');
  } else if (user_id !== actor.user_id) {
    throw new ParleyError('FORBIDDEN', 'nobody leaves for another');
  }
  requireActive(entry);
  await checkRemoval(ports, entry, input);
  const event: RoomEventOf<'member.left'> = {
    ...envelope(ports, actor, input.room_id),
    type: 'member.left',
    basis: membershipBasis(entry, user_id),
    user_id,
    reason,
  };
  return write(ports, event, nothing);
}

/** Gives a member another role. For admins; owners are made and unmade by owners. */
export async function changeRole(
  ports: MemberPorts,
  actor: Actor,
  input: MemberInput & { readonly role: Role },
): Promise<Written<Member>> {
  const entry = await enter(ports, actor, input.room_id, { others: [input.user_id] });
  requireGroup(entry);
  requireRole(entry, 'admin');
  requireActive(entry);
  const target = presentMember(entry, input.user_id);
  if (target === undefined) throw new ParleyError('NOT_FOUND', 'no such member');
  if (target.role === 'owner') requireRole(entry, 'owner');
  requireRole(entry, input.role);
  if (target.role === input.role) {
    const member = await memberNow(ports, input);
    if (member === undefined) throw new ParleyError('NOT_FOUND', 'no such member');
    return { status: 'done', value: member };
  }
  const event: RoomEventOf<'member.changed'> = {
    ...envelope(ports, actor, input.room_id),
    type: 'member.changed',
    basis: target.membership_seq,
    user_id: input.user_id,
    role: input.role,
  };
  return write(ports, event, () => memberNow(ports, input));
}

async function checkRemoval(
  ports: MemberPorts,
  entry: Entry,
  input: MemberInput & { readonly reason: 'left' | 'kicked' | 'banned' },
): Promise<void> {
  const target = presentMember(entry, input.user_id);
  if (input.reason === 'left') {
    if (entry.me.role === 'owner' && entry.owner_count === 1 && entry.member_count > 1) {
      throw new ParleyError('CONFLICT', 'name another owner first');
    }
  } else if (target !== undefined) {
    if (target.role !== 'member') requireRole(entry, 'owner');
  } else if (input.reason === 'kicked') {
    throw new ParleyError('NOT_FOUND', 'no such member');
  } else if ((await ports.users.byIds([input.user_id])).length === 0) {
    throw new ParleyError('NOT_FOUND', 'no such user');
  }
}

const membershipBasis = (entry: Entry, userId: Uuid): number =>
  entry.members.get(userId)?.membership_seq ?? 0;

async function memberNow(ports: MemberPorts, input: MemberInput): Promise<Member | undefined> {
  const members = await ports.rooms.members(input.room_id);
  return members.find((member) => member.user_id === input.user_id);
}
