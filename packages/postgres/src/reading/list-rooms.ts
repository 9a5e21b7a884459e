import type { Page, Room, Uuid } from '@parley/contracts';
import type { RoomsFilter } from '@parley/ports';
import { type Pool, query } from '../pool.js';
import { containing, decodeCursor, encodeCursor } from './cursor.js';
import { ROOMS, toRoom, type RoomRecord } from './rooms-sql.js';

const SCOPES = {
  mine: 'room.id IN (SELECT room_id FROM members WHERE user_id = $1 AND left_at IS NULL)',
  public: `room.visibility = 'public'`,
} as const;

/** A page of rooms, newest activity first. */
export async function listRooms(
  pool: Pool,
  userId: Uuid,
  filter: RoomsFilter,
): Promise<Page<Room>> {
  const values: unknown[] = [userId];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [
    SCOPES[filter.scope],
    `room.status = ${parameter(filter.status ?? 'Active')}`,
  ];
  if (filter.kinds !== undefined)
    conditions.push(`room.kind = ANY(${parameter(filter.kinds)}::text[])`);
  if (filter.search !== undefined && filter.search !== '')
    conditions.push(`room.name ILIKE ${parameter(containing(filter.search))}`);
  if (filter.cursor !== undefined) {
    const [activeAt, id] = decodeCursor(filter.cursor, 'number');
    conditions.push(
      `(room.active_at, room.id) < (${parameter(activeAt)}::bigint, ${parameter(id)}::uuid)`,
    );
  }
  const rows = await query<RoomRecord>(
    pool,
    `${ROOMS} WHERE ${conditions.join(' AND ')}
     ORDER BY room.active_at DESC, room.id DESC LIMIT ${parameter(filter.limit + 1)}`,
    values,
  );
  const page = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return {
    items: page.map(toRoom),
    next_cursor: last === undefined ? null : encodeCursor(last.active_at, last.id),
  };
}
