/** The read side: every answer from one snapshot, which a simulated request is by nature. */
import { ParleyError, partitionOf, type Room, type User, type Uuid } from '@parley/contracts';
import type { RoomsFilter, RoomStore } from '@parley/ports';
import type { SimNode } from '../sim-node.js';
import type { Database } from './database.js';
import { existingState } from './projection-store.js';
import { memberOf, messageOf, openRepliesOf, roomOf } from './resources.js';
import type { RoomTables } from './tables.js';

/** A cursor counts what was shown: rooms that move meanwhile may be skipped, which no test of the system minds. */
function placeOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const place = /^room-(\d+)$/.exec(cursor)?.[1];
  if (place === undefined) throw new ParleyError('VALIDATION_FAILED', 'no such cursor');
  return Number(place);
}

function isWanted(room: Room, filter: RoomsFilter): boolean {
  const text = filter.search?.toLowerCase();
  return (
    room.status === (filter.status ?? 'Active') &&
    (filter.kinds === undefined || filter.kinds.includes(room.kind)) &&
    (text === undefined || (room.name ?? '').toLowerCase().includes(text))
  );
}

/** Messages of a reset. */
const PAGE = 50;

export function createRoomStore(
  database: Database,
  node: SimNode,
  userOf: (id: Uuid) => User | undefined,
): RoomStore {
  const ask = <T>(work: () => T): Promise<T> => database.request(node, work);
  const existing = (roomId: Uuid): RoomTables | undefined => {
    const tables = database.rooms.get(roomId);
    return tables?.room === undefined ? undefined : tables;
  };
  const isIn = (tables: RoomTables, userId: Uuid): boolean =>
    tables.members.get(userId)?.left_at === null;

  return {
    positions: (topic) => ask(() => [...database.position(topic)]),
    load: (roomIds) =>
      ask(() => {
        const rooms = new Map(
          roomIds.flatMap((id) => {
            const state = existingState(database, id);
            return state === undefined ? [] : [[id, state] as const];
          }),
        );
        return { projected: database.projected(), rooms };
      }),
    roomsOf: (userId) =>
      ask(() => {
        const mine = [...database.rooms].filter(
          ([, tables]) => tables.room?.status === 'Active' && isIn(tables, userId),
        );
        return {
          projected: database.projected(),
          rooms: mine.flatMap(([, tables]) => roomOf(tables, userId) ?? []),
          replies: mine.flatMap(([id, tables]) => openRepliesOf(id, tables)),
        };
      }),
    changes: (roomId, userId, { after, limit, reset }) =>
      ask(() => {
        const tables = existing(roomId);
        const room = tables === undefined ? undefined : roomOf(tables, userId);
        if (tables === undefined || room === undefined) return undefined;
        const members = [...tables.members.values()].sort(
          (one, other) => one.changed_seq - other.changed_seq,
        );
        const rows = [...tables.messages.values()].filter(({ changed_seq }) => changed_seq > after);
        const changedMembers = members.filter(({ changed_seq }) => changed_seq > after);
        const whole = reset === true || rows.length + changedMembers.length > limit;
        const messages = whole ? [...tables.messages.values()].slice(-PAGE) : rows;
        const present = whole ? members.filter(({ left_at }) => left_at === null) : changedMembers;
        return {
          projected: database.projected(),
          room,
          members: present.map((row) => memberOf(row, userOf)),
          messages: messages
            .sort((one, other) => one.seq - other.seq)
            .map((row) => messageOf(tables, row)),
          replies: openRepliesOf(roomId, tables),
          reset: whole,
        };
      }),
    lookup: (roomId, id) =>
      ask(() => {
        const tables = database.rooms.get(roomId);
        const row = tables?.messages.get(id);
        return {
          projected: database.projected(),
          message: tables === undefined || row === undefined ? undefined : messageOf(tables, row),
          verdict: tables?.verdicts.get(id),
        };
      }),
    verdict: (roomId, id) => ask(() => database.rooms.get(roomId)?.verdicts.get(id)),
    access: (roomId, userIds) =>
      ask(() => {
        const state = existingState(database, roomId);
        if (state === undefined || state.settings === null) return undefined;
        const present = [...state.members.values()].filter(({ left_at }) => left_at === null);
        return {
          settings: state.settings,
          members: new Map(
            userIds.flatMap((id) => {
              const member = state.members.get(id);
              return member === undefined ? [] : [[id, member] as const];
            }),
          ),
          member_count: present.length,
          owner_count: present.filter(({ role }) => role === 'owner').length,
        };
      }),
    room: (roomId, userId) =>
      ask(() => {
        const tables = existing(roomId);
        return tables === undefined ? undefined : roomOf(tables, userId);
      }),
    list: (userId, filter) =>
      ask(() => {
        const from = placeOf(filter.cursor);
        const wanted = [...database.rooms.values()]
          .filter((tables) =>
            filter.scope === 'mine' ? isIn(tables, userId) : tables.room?.visibility === 'public',
          )
          .flatMap((tables) => roomOf(tables, userId) ?? [])
          .filter((room) => isWanted(room, filter))
          .sort((one, other) => other.last_seq - one.last_seq || (one.id < other.id ? -1 : 1));
        const rest = wanted.slice(from);
        const more = rest.length > filter.limit;
        return {
          items: rest.slice(0, filter.limit),
          next_cursor: more ? `room-${from + filter.limit}` : null,
        };
      }),
    members: (roomId) =>
      ask(() =>
        [...(existing(roomId)?.members.values() ?? [])]
          .filter(({ left_at }) => left_at === null)
          .sort((one, other) => one.joined_at - other.joined_at)
          .map((row) => memberOf(row, userOf)),
      ),
    peers: (userId) =>
      ask(() => {
        const peers = new Set<Uuid>();
        for (const tables of database.rooms.values()) {
          if (!isIn(tables, userId)) continue;
          for (const [id, { left_at }] of tables.members) if (left_at === null) peers.add(id);
        }
        peers.delete(userId);
        return [...peers];
      }),
    openReplies: (partitions) =>
      ask(() => {
        const wanted = new Set(partitions);
        const replies = [...database.rooms.keys()]
          .filter((id) => wanted.has(partitionOf(id, database.partitions)))
          .flatMap((room_id) =>
            [...(existingState(database, room_id)?.replies.values() ?? [])]
              .filter(({ status }) => status !== 'settled')
              .map((reply) => ({ room_id, reply })),
          );
        return { projected: database.projected(), replies };
      }),
  };
}
