import type { Room, Uuid } from '@parley/contracts';
import { iso, type RoomSettings } from '@parley/domain';
import { MAX_UNREAD_COUNT } from '@parley/ports';

/** Rooms as the user `$1` sees them; conditions on `room` follow. */
export const ROOMS = `
  SELECT room.*, coalesce(mark.seq, 0) AS last_read_seq, present.member_count,
         unread.unread_count, unread.mention_count, latest.id AS latest_id,
         latest.sender_name AS latest_sender, latest.excerpt, latest.created_at AS latest_at
  FROM rooms AS room
  LEFT JOIN read_marks AS mark ON mark.room_id = room.id AND mark.user_id = $1::uuid
  CROSS JOIN LATERAL (
    SELECT count(*) AS member_count FROM members
    WHERE members.room_id = room.id AND left_at IS NULL
  ) AS present
  CROSS JOIN LATERAL (
    SELECT count(*) AS unread_count, count(*) FILTER (WHERE $1::uuid = ANY(mentions)) AS mention_count
    FROM (
      SELECT mentions FROM messages
      WHERE messages.room_id = room.id AND seq > coalesce(mark.seq, 0)
        AND sender_id IS DISTINCT FROM $1::uuid AND deleted_at IS NULL
      ORDER BY seq DESC LIMIT ${MAX_UNREAD_COUNT}
    ) AS newest
  ) AS unread
  LEFT JOIN LATERAL (
    SELECT id, sender_name, left(content, 120) AS excerpt, created_at FROM messages
    WHERE messages.room_id = room.id AND deleted_at IS NULL
    ORDER BY seq DESC LIMIT 1
  ) AS latest ON true`;

/** The room `$2` as the user `$1` sees it. */
export const ROOM = `${ROOMS} WHERE room.id = $2`;

export interface RoomRecord extends RoomSettings {
  readonly id: Uuid;
  readonly last_seq: number;
  readonly last_read_seq: number;
  readonly member_count: number;
  readonly unread_count: number;
  readonly mention_count: number;
  readonly active_at: number;
  readonly latest_id: Uuid | null;
  readonly latest_sender: string;
  readonly excerpt: string;
  readonly latest_at: number;
}

export function toRoom(row: RoomRecord): Room {
  const { latest_id, latest_sender, excerpt, latest_at } = row;
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    visibility: row.visibility,
    assistant: row.assistant,
    created_by: row.created_by,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
    status: row.status,
    member_count: row.member_count,
    last_seq: row.last_seq,
    last_read_seq: row.last_read_seq,
    unread_count: row.unread_count,
    mention_count: row.mention_count,
    last_message:
      latest_id === null
        ? null
        : { id: latest_id, sender_name: latest_sender, excerpt, at: iso(latest_at) },
    ...(row.kind === 'conversation'
      ? {
          title: row.name,
          model: row.assistant?.model ?? null,
          system_prompt: row.assistant?.system_prompt ?? null,
        }
      : {}),
  };
}
