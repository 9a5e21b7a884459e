/** What the parts of the reducer answer, and the questions that several of them ask. */
import type { Ask, Role, VoidReason } from '@parley/contracts';
import type { MemberState, RoomSettings, RoomState } from './room-state.js';

export interface Applied {
  readonly order: number | null;
  readonly asks: readonly Ask[];
}

/** A reason: void, and the room is as it was. Else the room has been changed. */
export type Ruling = VoidReason | Applied;

export const APPLIED: Applied = { order: null, asks: [] };

const RANK = { owner: 3, admin: 2, member: 1 } as const satisfies Record<Role, number>;

/** Whether `role` is at least `least`. */
export function atLeast(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

/** The user's membership, if he is a member now. */
export function memberOf(room: RoomState, userId: string): MemberState | undefined {
  const member = room.members.get(userId);
  return member?.left_at === null ? member : undefined;
}

/**
 * Why an author may not act in a room as it stands, if so: he is no member, he has not the role, or the room is deleted
 * (told to members alone).
 */
export function refusal(
  room: RoomState,
  settings: RoomSettings,
  by: string,
  least: Role = 'member',
): VoidReason | null {
  const author = memberOf(room, by);
  if (author === undefined) return 'not_a_member';
  if (!atLeast(author.role, least)) return 'forbidden';
  return settings.status === 'Deleted' ? 'room_deleted' : null;
}
