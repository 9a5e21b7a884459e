import type { MessageStore } from '@parley/ports';
import type { Uuid } from '@parley/contracts';
import type { SimNode } from '../sim-node.js';
import type { Database } from './database.js';
import { messageOf } from './resources.js';
import type { RoomTables } from './tables.js';

export function createMessageStore(database: Database, node: SimNode): MessageStore {
  const ask = <T>(work: () => T): Promise<T> => database.request(node, work);
  const holderOf = (messageId: Uuid): RoomTables | undefined => {
    for (const tables of database.rooms.values()) {
      if (tables.messages.has(messageId)) return tables;
    }
    return undefined;
  };

  return {
    history: (roomId, { limit, before, after }) =>
      ask(() => {
        const tables = database.rooms.get(roomId);
        if (tables === undefined) return { items: [], more: false };
        const rows = [...tables.messages.values()].filter(
          ({ seq }) => seq < (before ?? Infinity) && seq > (after ?? -1),
        );
        const page = after === undefined ? rows.slice(-limit) : rows.slice(0, limit);
        return {
          items: page.map((row) => messageOf(tables, row)),
          more: rows.length > page.length,
        };
      }),
    find: (messageId) =>
      ask(() => {
        const tables = holderOf(messageId);
        const row = tables?.messages.get(messageId);
        if (tables === undefined || row === undefined) return undefined;
        return { message: messageOf(tables, row), content_seq: row.content_seq };
      }),
    countAsks: (questionId, model) =>
      ask(() => {
        let count = 0;
        for (const { replies } of database.rooms.values()) {
          for (const reply of replies.values()) {
            if (reply.question_id === questionId && reply.model === model) count += 1;
          }
        }
        return count;
      }),
    context: (roomId, upto, limit) =>
      ask(() =>
        [...(database.rooms.get(roomId)?.messages.values() ?? [])]
          .filter(({ seq, deleted_at }) => seq <= upto && deleted_at === null)
          .slice(-limit),
      ),
    spentTokens: ({ room_id, user_id, since }) =>
      ask(() => {
        const spent = { room: 0, user: 0 };
        for (const [id, tables] of database.rooms) {
          for (const reply of tables.replies.values()) {
            if ((reply.settled_at ?? since) < since) continue;
            const { usage } = reply;
            const open = reply.settled_at === null ? reply.reserved : 0;
            const tokens = usage === null ? open : usage.prompt_tokens + usage.completion_tokens;
            if (id === room_id) spent.room += tokens;
            const asker = tables.messages.get(reply.question_id)?.sender_id;
            if (asker === user_id) spent.user += tokens;
          }
        }
        return spent;
      }),
  };
}
