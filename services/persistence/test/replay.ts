import { seqOf, TOPICS, type Uuid } from '@parley/contracts';
import { applyRoomEvent, decodeRoomRecord, emptyRoom, type RoomState } from '@parley/domain';
import type { EventLog } from '@parley/ports';
import { until } from '@parley/testkit';
import type { Pool } from '@parley/postgres';

/** The rooms as a fold of the whole log says they are. */
export async function replay(log: EventLog): Promise<Map<Uuid, RoomState>> {
  const { partitions, epoch, log_id } = log.identity;
  const rooms = new Map<Uuid, RoomState>();
  const ends = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => log.end(TOPICS.roomEvents, partition)),
  );
  const read = ends.map(() => 0);
  const tail = await log.tail({
    topic: TOPICS.roomEvents,
    from: read,
    onRecords: (partition, records) => {
      for (const record of records) {
        read[partition] = record.offset + 1;
        const decoded = decodeRoomRecord(record, log_id);
        if (decoded.kind !== 'event') continue;
        const room = rooms.get(decoded.event.room_id) ?? emptyRoom(decoded.event.room_id);
        rooms.set(room.id, room);
        applyRoomEvent(room, decoded.event, {
          seq: seqOf(epoch, record.offset),
          at: record.at,
        });
      }
    },
  });
  await until('the end of the log', 20_000, () =>
    ends.every((end, partition) => (read[partition] ?? 0) >= end),
  );
  await tail.stop();
  return rooms;
}

/** What of a state every reader must agree on, in an order that can be compared. */
export function comparable(room: RoomState | undefined) {
  if (room === undefined) return undefined;
  const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...room,
    members: sorted(room.members),
    window: sorted(room.window),
    replies: sorted(room.replies),
    messages: sorted(room.messages),
  };
}

export interface StoredMessage {
  readonly id: Uuid;
  readonly seq: number;
  readonly order: number;
  readonly content: string;
}

/** A room's messages as they are stored. */
export async function storedMessages(pool: Pool, roomId: Uuid): Promise<StoredMessage[]> {
  const { rows } = await pool.query<StoredMessage>(
    'SELECT id, seq, "order", content FROM messages WHERE room_id = $1 ORDER BY seq',
    [roomId],
  );
  return rows;
}
