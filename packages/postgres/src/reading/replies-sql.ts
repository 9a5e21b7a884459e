import type { Uuid } from '@parley/contracts';
import type { ReplyState } from '@parley/domain';
import { type Connection, query } from '../pool.js';
import { REPLY_COLUMNS, replyState } from '../projection/load-rooms.js';

export interface OpenReply {
  readonly room_id: Uuid;
  readonly reply: ReplyState;
}

/** Open replies that meet a condition on `reply`, in the order in which they were asked. */
export async function openReplies(
  connection: Connection,
  condition: string,
  values: readonly unknown[],
): Promise<OpenReply[]> {
  const rows = await query<Parameters<typeof replyState>[0]>(
    connection,
    `SELECT ${REPLY_COLUMNS} FROM replies AS reply
     WHERE reply.settled_at IS NULL AND ${condition}
     ORDER BY reply.asked_seq, reply.reply_id`,
    values,
  );
  return rows.map((row) => ({ room_id: row.room_id, reply: replyState(row) }));
}
