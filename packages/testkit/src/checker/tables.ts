import type { Uuid } from '@parley/contracts';
import type { MemberRow, MessageRow, ReplyRow, RoomRow, RowChange } from '@parley/domain';
import type { ReactionRow } from './history.js';

/** The rows of the projection, in memory, by key. */
export interface Tables {
  readonly rooms: Map<Uuid, RoomRow>;
  readonly members: Map<string, MemberRow>;
  readonly messages: Map<Uuid, MessageRow>;
  readonly replies: Map<Uuid, ReplyRow>;
  readonly reactions: Map<string, ReactionRow>;
}

export function emptyTables(): Tables {
  return {
    rooms: new Map(),
    members: new Map(),
    messages: new Map(),
    replies: new Map(),
    reactions: new Map(),
  };
}

export const memberKey = (row: { readonly room_id: Uuid; readonly user_id: Uuid }): string =>
  `${row.room_id} ${row.user_id}`;

export const reactionKey = (row: ReactionRow): string =>
  `${row.message_id} ${row.user_id} ${row.emoji}`;

/** Executes one change, as every store of the projection does. Throws when an edit or a removal misses its message. */
export function applyChange(tables: Tables, change: RowChange): void {
  switch (change.table) {
    case 'rooms':
      tables.rooms.set(change.row.id, { ...change.row });
      return;
    case 'members':
      tables.members.set(memberKey(change.row), { ...change.row });
      return;
    case 'replies':
      tables.replies.set(change.row.reply_id, { ...change.row });
      return;
    case 'reactions':
      applyReaction(tables, change.row);
      return;
    case 'messages':
      if ('row' in change) tables.messages.set(change.row.id, { ...change.row });
      else if ('edit' in change) {
        const { id, content, edited_at, seq } = change.edit;
        update(tables, id, { content, edited_at, content_seq: seq, changed_seq: seq });
      } else {
        const { id, deleted_at, seq } = change.remove;
        update(tables, id, { content: '', deleted_at, content_seq: seq, changed_seq: seq });
      }
  }
}

type ReactionChange = Extract<RowChange, { readonly table: 'reactions' }>['row'];

function applyReaction(tables: Tables, row: ReactionChange): void {
  const { room_id, message_id, user_id, emoji } = row;
  const reaction = { room_id, message_id, user_id, emoji };
  if (row.removed) tables.reactions.delete(reactionKey(reaction));
  else tables.reactions.set(reactionKey(reaction), reaction);
  if (tables.messages.has(message_id)) {
    update(tables, message_id, { changed_seq: row.changed_seq });
  }
}

function update(tables: Tables, id: Uuid, change: Partial<MessageRow>): void {
  const row = tables.messages.get(id);
  if (row === undefined) throw new Error(`no row of message ${id}`);
  tables.messages.set(id, { ...row, ...change });
}
