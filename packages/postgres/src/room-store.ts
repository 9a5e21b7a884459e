/** Rooms as they are read. */
import { TOPICS, partitionOf, type Uuid } from '@parley/contracts';
import {
  replyResource,
  type MemberState,
  type RoomSettings,
  type VerdictRow,
} from '@parley/domain';
import type { LogIdentity, RoomStore } from '@parley/ports';
import { type Connection, type Pool, query, snapshot } from './pool.js';
import { loadRooms } from './projection/load-rooms.js';
import { readPositions } from './projection/positions.js';
import { readChanges } from './reading/changes.js';
import { listRooms } from './reading/list-rooms.js';
import { PRESENT_MEMBERS, toMember, type MemberRecord } from './reading/members-sql.js';
import { MESSAGE_COLUMNS, toMessage, type MessageRecord } from './reading/messages-sql.js';
import { openReplies } from './reading/replies-sql.js';
import { ROOM, ROOMS, toRoom, type RoomRecord } from './reading/rooms-sql.js';

const MINE = `room.id IN (SELECT room_id FROM members WHERE user_id = $1 AND left_at IS NULL)
  AND room.status = 'Active'`;

export function createRoomStore(pool: Pool, identity: LogIdentity): RoomStore {
  const projected = async (on: Connection): Promise<readonly number[]> =>
    (await readPositions(on, identity, TOPICS.roomEvents)).next;
  return {
    positions: async (topic) => (await readPositions(pool, identity, topic)).next,
    load: (roomIds) => snapshot(pool, (at) => loadRooms(at, identity, roomIds)),
    roomsOf: (userId) =>
      snapshot(pool, async (at) => {
        const sql = `${ROOMS} WHERE ${MINE} ORDER BY room.active_at DESC, room.id`;
        const rooms = await query<RoomRecord>(at, sql, [userId], 'rooms-of');
        const ids = rooms.map((room) => room.id);
        const open = await openReplies(at, 'reply.room_id = ANY($1::uuid[])', [ids]);
        const replies = open.map(({ room_id, reply }) => replyResource(room_id, reply));
        return { projected: await projected(at), rooms: rooms.map(toRoom), replies };
      }),
    changes: (roomId, userId, options) =>
      snapshot(pool, (at) => readChanges(at, identity, roomId, userId, options)),
    lookup: (roomId, id) =>
      snapshot(pool, async (at) => {
        const [message] = await query<MessageRecord>(
          at,
          `SELECT ${MESSAGE_COLUMNS} FROM messages AS message WHERE id = $2 AND room_id = $1`,
          [roomId, id],
          'lookup-message',
        );
        return {
          projected: await projected(at),
          message: message && toMessage(message),
          verdict: await verdictOf(at, roomId, id),
        };
      }),
    verdict: (roomId, id) => verdictOf(pool, roomId, id),
    access: (roomId, userIds) => readAccess(pool, roomId, userIds),
    room: async (roomId, userId) => {
      const [room] = await query<RoomRecord>(pool, ROOM, [userId, roomId], 'room');
      return room && toRoom(room);
    },
    list: (userId, filter) => listRooms(pool, userId, filter),
    members: async (roomId) => {
      const rows = await query<MemberRecord>(pool, PRESENT_MEMBERS, [roomId], 'members');
      return rows.map(toMember);
    },
    peers: async (userId) => {
      const rows = await query<{ user_id: Uuid }>(
        pool,
        `SELECT DISTINCT other.user_id
         FROM members AS own
         JOIN rooms AS room ON room.id = own.room_id AND room.status = 'Active'
         JOIN members AS other ON other.room_id = own.room_id AND other.left_at IS NULL
         WHERE own.user_id = $1 AND own.left_at IS NULL AND other.user_id <> $1`,
        [userId],
        'peers',
      );
      return rows.map((row) => row.user_id);
    },
    openReplies: (partitions) =>
      snapshot(pool, async (at) => {
        const wanted = new Set(partitions);
        const replies = await openReplies(at, 'true', []);
        return {
          projected: await projected(at),
          // Few are open at any time, so a column for the partition would not pay.
          replies: replies.filter(({ room_id }) =>
            wanted.has(partitionOf(room_id, identity.partitions)),
          ),
        };
      }),
  };
}

async function verdictOf(
  on: Pool | Connection,
  roomId: Uuid,
  id: Uuid,
): Promise<VerdictRow | undefined> {
  const [verdict] = await query<VerdictRow>(
    on,
    'SELECT room_id, id, at, until, reason, seq FROM event_verdicts WHERE room_id = $1 AND id = $2',
    [roomId, id],
    'verdict',
  );
  return verdict;
}

async function readAccess(pool: Pool, roomId: Uuid, userIds: readonly Uuid[]) {
  return snapshot(pool, async (at) => {
    const [room] = await query<RoomSettings & { member_count: number; owner_count: number }>(
      at,
      `SELECT kind, name, visibility, assistant, created_by, created_at, updated_at, status,
              settings_seq, present.*
       FROM rooms, LATERAL (
         SELECT count(*) AS member_count, count(*) FILTER (WHERE role = 'owner') AS owner_count
         FROM members WHERE room_id = rooms.id AND left_at IS NULL
       ) AS present
       WHERE id = $1`,
      [roomId],
      'access-room',
    );
    if (room === undefined) return undefined;
    const members = await query<MemberState>(
      at,
      `SELECT user_id, role, joined_at, joined_seq, left_at, banned, membership_seq, changed_seq
       FROM members WHERE room_id = $1 AND user_id = ANY($2::uuid[])`,
      [roomId, userIds],
      'access-members',
    );
    const { member_count, owner_count, ...settings } = room;
    const byUser = new Map(members.map((member) => [member.user_id, member]));
    return { settings, members: byUser, member_count, owner_count };
  });
}
