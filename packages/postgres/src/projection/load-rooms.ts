/** Reading the states that are folded on. */
import { TOPICS, partitionOf, type Uuid } from '@parley/contracts';
import {
  MEMORY_MS,
  emptyRoom,
  type MemberState,
  type ReplyState,
  type RoomSettings,
  type RoomState,
  type WindowEntry,
} from '@parley/domain';
import type { LogIdentity } from '@parley/ports';
import { type Connection, query } from '../pool.js';
import { readPositions } from './positions.js';

/**
 * The window and the memory of a room are cut by the time of its partition, less two minutes: a state that remembers too
 * much judges the same, one that remembers too little does not.
 */
const SLACK_MS = 2 * 60_000;

type Of<T> = T & { readonly room_id: Uuid };
type ReplyRecord = Omit<ReplyState, 'closed'> & {
  readonly closed_reason: 'stopped' | 'deleted' | null;
  readonly closed_by: Uuid | null;
  readonly closed_at: number | null;
};

export const REPLY_COLUMNS = `reply.room_id, reply.reply_id, reply.question_id, reply.asked_seq,
  reply.asked_at, reply.model, reply.claim, reply.attempt, reply.reserved, reply.settled_at,
  reply.closed_reason, reply.closed_by, reply.closed_at,
  CASE WHEN reply.settled_at IS NULL THEN reply.status ELSE 'settled' END AS status`;

/** A row of {@link REPLY_COLUMNS} as the state that it stands for. */
export function replyState(row: Of<ReplyRecord>): ReplyState {
  const { room_id: _room, closed_reason, closed_by, closed_at, ...reply } = row;
  const isClosed = closed_reason !== null && closed_by !== null && closed_at !== null;
  const closed = isClosed ? { reason: closed_reason, by: closed_by, at: closed_at } : null;
  return { ...reply, closed };
}

/**
 * The states of rooms and the positions at which they stand, all of the connection's snapshot, in a fixed number of
 * statements. Rooms of which nothing is known are absent; one that was never created but has judged records is there.
 */
export async function loadRooms(
  connection: Connection,
  identity: LogIdentity,
  roomIds: readonly Uuid[],
): Promise<{ readonly projected: readonly number[]; readonly rooms: Map<Uuid, RoomState> }> {
  const positions = await readPositions(connection, identity, TOPICS.roomEvents);
  const rooms = new Map<Uuid, RoomState>();
  const stateOf = (id: Uuid): RoomState => {
    const room = rooms.get(id) ?? emptyRoom(id);
    rooms.set(id, room);
    return room;
  };
  const since = roomIds.map(
    (id) => (positions.at[partitionOf(id, identity.partitions)] ?? 0) - SLACK_MS,
  );
  const recently = since.map((time) => time - MEMORY_MS);

  for (const row of await settingsOf(connection, roomIds)) {
    const { id, last_seq, last_order, ...settings } = row;
    Object.assign(stateOf(id), { settings, last_seq, last_order });
  }
  for (const { room_id, ...member } of await membersOf(connection, roomIds))
    stateOf(room_id).members.set(member.user_id, member);
  for (const { room_id, id, ...entry } of await windowsOf(connection, roomIds, since))
    stateOf(room_id).window.set(id, entry);
  for (const row of await repliesOf(connection, roomIds, recently))
    stateOf(row.room_id).replies.set(row.reply_id, replyState(row));
  for (const { room_id, id, ...message } of await messagesOf(connection, roomIds, recently))
    stateOf(room_id).messages.set(id, message);
  return { projected: positions.next, rooms };
}

function settingsOf(connection: Connection, ids: readonly Uuid[]) {
  type Row = RoomSettings & { id: Uuid; last_seq: number; last_order: number };
  return query<Row>(
    connection,
    `SELECT id, kind, name, visibility, assistant, created_by, created_at, updated_at, status,
            settings_seq, last_seq, last_order
     FROM rooms WHERE id = ANY($1::uuid[])`,
    [ids],
    'load-settings',
  );
}

function membersOf(connection: Connection, ids: readonly Uuid[]) {
  return query<Of<MemberState>>(
    connection,
    `SELECT room_id, user_id, role, joined_at, joined_seq, left_at, banned, membership_seq,
            changed_seq
     FROM members WHERE room_id = ANY($1::uuid[]) ORDER BY joined_seq`,
    [ids],
    'load-members',
  );
}

function windowsOf(connection: Connection, ids: readonly Uuid[], since: readonly number[]) {
  return query<Of<WindowEntry & { id: Uuid }>>(
    connection,
    `SELECT verdict.room_id, verdict.id, verdict.until, verdict.reason, verdict.seq
     FROM unnest($1::uuid[], $2::bigint[]) AS wanted(room_id, since)
     JOIN event_verdicts AS verdict
       ON verdict.room_id = wanted.room_id AND verdict.until >= wanted.since
     ORDER BY verdict.seq`,
    [ids, since],
    'load-windows',
  );
}

function repliesOf(connection: Connection, ids: readonly Uuid[], since: readonly number[]) {
  return query<Of<ReplyRecord>>(
    connection,
    `SELECT ${REPLY_COLUMNS}
     FROM unnest($1::uuid[], $2::bigint[]) AS wanted(room_id, since)
     JOIN replies AS reply
       ON reply.room_id = wanted.room_id
      AND (reply.settled_at IS NULL OR reply.settled_at >= wanted.since)
     ORDER BY reply.asked_seq, reply.reply_id`,
    [ids, since],
    'load-replies',
  );
}

function messagesOf(connection: Connection, ids: readonly Uuid[], since: readonly number[]) {
  type Row = Of<{
    id: Uuid;
    author: Uuid | null;
    content_seq: number;
    deleted: boolean;
    changed_at: number;
  }>;
  return query<Row>(
    connection,
    `SELECT message.room_id, message.id, message.sender_id AS author, message.content_seq,
            message.deleted_at IS NOT NULL AS deleted, message.content_at AS changed_at
     FROM unnest($1::uuid[], $2::bigint[]) AS wanted(room_id, since)
     JOIN messages AS message
       ON message.room_id = wanted.room_id AND message.content_at >= wanted.since
     ORDER BY message.seq`,
    [ids, since],
    'load-messages',
  );
}
