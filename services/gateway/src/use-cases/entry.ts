/**
 * Who may come in. A room that is not there and one that is not yours look the same: `NOT_FOUND`. These checks are early
 * and cheap; what counts is decided by the reducer at the event's position.
 */
import { ParleyError, type Role, type RoomKind, type Uuid } from '@parley/contracts';
import { atLeast, type MemberState } from '@parley/domain';
import type { RoomAccess } from '@parley/ports';
import type { GatewayPorts } from '../ports.js';
import type { Actor } from './actor.js';

/** A room, and the actor's membership of it. */
export interface Entry extends RoomAccess {
  readonly roomId: Uuid;
  readonly me: MemberState;
}

export const roomNotFound = (): ParleyError => new ParleyError('NOT_FOUND', 'no such room');

/** The room for one of its members; `others` are users whose membership is read with it. */
export async function enter(
  ports: Pick<GatewayPorts, 'rooms'>,
  actor: Actor,
  roomId: Uuid,
  options: { readonly others?: readonly Uuid[]; readonly kind?: RoomKind | undefined } = {},
): Promise<Entry> {
  const access = await ports.rooms.access(roomId, [actor.user_id, ...(options.others ?? [])]);
  const me = access?.members.get(actor.user_id);
  if (access === undefined || me === undefined || me.left_at !== null) throw roomNotFound();
  if (options.kind !== undefined && access.settings.kind !== options.kind) throw roomNotFound();
  return { ...access, roomId, me };
}

export function requireRole(entry: Entry, least: Role): void {
  if (!atLeast(entry.me.role, least)) {
    throw new ParleyError('FORBIDDEN', `only for those who are ${least} of the room or more`);
  }
}

/** Membership of private rooms and conversations never changes. */
export function requireGroup(entry: Entry): void {
  if (entry.settings.kind !== 'group') {
    throw new ParleyError('FORBIDDEN', 'only groups gain and lose members');
  }
}

export function requireActive(entry: Entry): void {
  if (entry.settings.status === 'Deleted') {
    throw new ParleyError('CONFLICT', 'the room is deleted');
  }
}

/** The user's membership, if he is a member now. */
export function presentMember(entry: Entry, userId: Uuid): MemberState | undefined {
  const member = entry.members.get(userId);
  return member?.left_at === null ? member : undefined;
}
