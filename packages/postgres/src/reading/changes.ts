import { TOPICS, type Member, type Message, type Uuid } from '@parley/contracts';
import { replyResource } from '@parley/domain';
import type { LogIdentity, RoomChanges, RoomStore } from '@parley/ports';
import { type Connection, query } from '../pool.js';
import { readPositions } from '../projection/positions.js';
import { MEMBERS, PRESENT_MEMBERS, toMember, type MemberRecord } from './members-sql.js';
import { MESSAGE_COLUMNS, toMessage, type MessageRecord } from './messages-sql.js';
import { openReplies } from './replies-sql.js';
import { ROOM, toRoom, type RoomRecord } from './rooms-sql.js';

/** Messages of a reset: the latest page. */
const RESET_PAGE = 50;

/** What changed in a room since, or what replaces all that a client has; all of the connection's snapshot. */
export async function readChanges(
  at: Connection,
  identity: LogIdentity,
  roomId: Uuid,
  userId: Uuid,
  options: Parameters<RoomStore['changes']>[2],
): Promise<RoomChanges | undefined> {
  const [room] = await query<RoomRecord>(at, ROOM, [userId, roomId], 'room');
  if (room === undefined) return undefined;
  const { after, limit } = options;
  const reset = options.reset === true || (await countChanges(at, roomId, after, limit)) > limit;
  const since = reset ? -1 : after;
  const replies = await openReplies(at, 'reply.room_id = $1 AND reply.changed_seq > $2', [
    roomId,
    since,
  ]);
  return {
    projected: (await readPositions(at, identity, TOPICS.roomEvents)).next,
    room: toRoom(room),
    members: await (reset ? presentMembers(at, roomId) : changedMembers(at, roomId, after)),
    messages: await (reset ? latestMessages(at, roomId) : changedMessages(at, roomId, after)),
    replies: replies.map(({ room_id, reply }) => replyResource(room_id, reply)),
    reset,
  };
}

/** Counts no further than one beyond the limit in each table. */
async function countChanges(
  at: Connection,
  roomId: Uuid,
  after: number,
  limit: number,
): Promise<number> {
  const changed = (table: string): string =>
    `(SELECT count(*) FROM (SELECT FROM ${table}
      WHERE room_id = $1 AND changed_seq > $2 LIMIT $3) AS changed)`;
  const [row] = await query<{ count: number }>(
    at,
    `SELECT ${changed('members')} + ${changed('messages')} + ${changed('replies')} AS count`,
    [roomId, after, limit + 1],
    'count-changes',
  );
  return row?.count ?? 0;
}

async function presentMembers(at: Connection, roomId: Uuid): Promise<Member[]> {
  return (await query<MemberRecord>(at, PRESENT_MEMBERS, [roomId], 'members')).map(toMember);
}

async function changedMembers(at: Connection, roomId: Uuid, after: number): Promise<Member[]> {
  const sql = `${MEMBERS} WHERE member.room_id = $1 AND member.changed_seq > $2
    ORDER BY member.changed_seq, member.user_id`;
  return (await query<MemberRecord>(at, sql, [roomId, after], 'changed-members')).map(toMember);
}

async function latestMessages(at: Connection, roomId: Uuid): Promise<Message[]> {
  const sql = `SELECT ${MESSAGE_COLUMNS} FROM messages AS message
    WHERE room_id = $1 ORDER BY seq DESC LIMIT ${RESET_PAGE}`;
  const rows = await query<MessageRecord>(at, sql, [roomId], 'latest-messages');
  return rows.reverse().map(toMessage);
}

async function changedMessages(at: Connection, roomId: Uuid, after: number): Promise<Message[]> {
  const sql = `SELECT ${MESSAGE_COLUMNS} FROM messages AS message
    WHERE room_id = $1 AND changed_seq > $2 ORDER BY seq`;
  return (await query<MessageRecord>(at, sql, [roomId, after], 'changed-messages')).map(toMessage);
}
