import type { Member, Role, Uuid } from '@parley/contracts';
import { iso } from '@parley/domain';

/** Members with their names of today; conditions on `member` follow. An account that is gone has no name. */
export const MEMBERS = `
  SELECT member.user_id, account.username, coalesce(account.display_name, '') AS display_name,
         member.role, member.joined_at, member.left_at, member.changed_seq
  FROM members AS member LEFT JOIN users AS account ON account.id = member.user_id`;

/** Who is in the room `$1` now, by the time of joining. */
export const PRESENT_MEMBERS = `${MEMBERS}
  WHERE member.room_id = $1 AND member.left_at IS NULL
  ORDER BY member.joined_at, member.joined_seq, member.user_id`;

export interface MemberRecord {
  readonly user_id: Uuid;
  readonly username: string | null;
  readonly display_name: string;
  readonly role: Role;
  readonly joined_at: number;
  readonly left_at: number | null;
  readonly changed_seq: number;
}

export function toMember(row: MemberRecord): Member {
  return {
    ...row,
    joined_at: iso(row.joined_at),
    left_at: row.left_at === null ? null : iso(row.left_at),
  };
}
