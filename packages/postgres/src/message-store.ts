/** Messages as they are read. */
import type { Message } from '@parley/contracts';
import type { MessageRow } from '@parley/domain';
import type { LogIdentity, MessageStore } from '@parley/ports';
import { type Pool, query } from './pool.js';
import {
  MESSAGE_COLUMNS,
  MESSAGE_ROW,
  toMessage,
  type MessageRecord,
} from './reading/messages-sql.js';

/** The identity says which log's seqs the rows carry; they sort by themselves, so none of the reads needs it. */
export function createMessageStore(pool: Pool, _identity: LogIdentity): MessageStore {
  return {
    history: (roomId, options) => readPage(pool, roomId, options),
    find: async (messageId) => {
      const sql = `SELECT ${MESSAGE_COLUMNS} FROM messages AS message WHERE id = $1`;
      const [row] = await query<MessageRecord>(pool, sql, [messageId], 'find-message');
      return row && { message: toMessage(row), content_seq: row.content_seq };
    },
    countAsks: async (questionId, model) => {
      const sql = 'SELECT count(*) AS count FROM replies WHERE question_id = $1 AND model = $2';
      const [row] = await query<{ count: number }>(pool, sql, [questionId, model], 'count-asks');
      return row?.count ?? 0;
    },
    context: async (roomId, upto, limit) => {
      const rows = await query<MessageRow>(
        pool,
        `SELECT ${MESSAGE_ROW} FROM messages AS message
         WHERE room_id = $1 AND seq <= $2 AND deleted_at IS NULL ORDER BY seq DESC LIMIT $3`,
        [roomId, upto, limit],
        'context',
      );
      return rows.reverse();
    },
    spentTokens: async ({ room_id, user_id, since }) => {
      const [row] = await query<{ room: number; by_user: number }>(
        pool,
        SPENT_TOKENS,
        [room_id, user_id, since],
        'spent-tokens',
      );
      return { room: row?.room ?? 0, user: row?.by_user ?? 0 };
    },
  };
}

/** A user's answers are those to his own questions: the question's message says whose it is. */
const SPENT_TOKENS = `
  SELECT coalesce(sum(cost.tokens) FILTER (WHERE cost.room_id = $1), 0)::bigint AS room,
         coalesce(sum(cost.tokens) FILTER (WHERE question.sender_id = $2), 0)::bigint AS by_user
  FROM (
    SELECT room_id, question_id,
           CASE WHEN settled_at IS NULL THEN reserved
                ELSE coalesce((usage ->> 'prompt_tokens')::bigint, 0)
                   + coalesce((usage ->> 'completion_tokens')::bigint, 0) END AS tokens
    FROM replies WHERE settled_at IS NULL OR settled_at >= $3
  ) AS cost
  LEFT JOIN messages AS question ON question.id = cost.question_id
  WHERE cost.room_id = $1 OR question.sender_id = $2`;

async function readPage(
  pool: Pool,
  roomId: string,
  options: Parameters<MessageStore['history']>[1],
): Promise<{ items: Message[]; more: boolean }> {
  const { limit, before, after } = options;
  const newer = after !== undefined;
  const rows = await query<MessageRecord>(
    pool,
    newer
      ? `SELECT ${MESSAGE_COLUMNS} FROM messages AS message
         WHERE room_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`
      : `SELECT ${MESSAGE_COLUMNS} FROM messages AS message
         WHERE room_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`,
    [roomId, newer ? after : (before ?? Number.MAX_SAFE_INTEGER), limit + 1],
    newer ? 'newer-messages' : 'older-messages',
  );
  const page = rows.slice(0, limit);
  if (!newer) page.reverse();
  return { items: page.map(toMessage), more: rows.length > limit };
}
