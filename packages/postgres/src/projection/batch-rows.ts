/** What a batch leaves of each row: the last writer wins, here in memory, so that each row is written once. */
import type { Uuid } from '@parley/contracts';
import type { MemberRow, MessageRow, ReplyRow, RoomRow, RowChange } from '@parley/domain';
import type { ProjectionBatch } from '@parley/ports';

/** A message as it is inserted. */
export type NewMessage = MessageRow & { readonly content_at: number };
/** What changes of a message that was inserted by an earlier batch; `null` = stays. */
export interface MessagePatch {
  readonly id: Uuid;
  readonly room_id: Uuid;
  readonly content: string | null;
  readonly edited_at: number | null;
  readonly deleted_at: number | null;
  readonly content_seq: number | null;
  readonly content_at: number | null;
  readonly changed_seq: number;
}
type ReactionRow = Extract<RowChange, { table: 'reactions' }>['row'];
type Mark = ProjectionBatch['readMarks'][number];

export class BatchRows {
  readonly rooms = new Map<Uuid, RoomRow & { readonly active_at: number }>();
  readonly members = new Map<string, MemberRow>();
  readonly messages = new Map<string, NewMessage>();
  readonly patches = new Map<string, MessagePatch>();
  readonly reactions = new Map<string, ReactionRow>();
  readonly replies = new Map<string, ReplyRow>();
  readonly readMarks = new Map<string, Mark>();

  constructor(batch: Pick<ProjectionBatch, 'changes' | 'readMarks'>) {
    for (const change of batch.changes) this.#apply(change);
    for (const mark of batch.readMarks) this.#mark(mark);
  }

  #apply(change: RowChange): void {
    switch (change.table) {
      case 'rooms': {
        const active_at = Math.max(
          change.row.updated_at,
          this.rooms.get(change.row.id)?.active_at ?? 0,
        );
        this.rooms.set(change.row.id, { ...change.row, active_at });
        return;
      }
      case 'members':
        this.members.set(key(change.row.room_id, change.row.user_id), change.row);
        return;
      case 'replies':
        this.replies.set(key(change.row.room_id, change.row.reply_id), change.row);
        return;
      case 'reactions': {
        const { room_id, message_id, user_id, emoji, changed_seq } = change.row;
        this.reactions.set(key(room_id, message_id, user_id, emoji), change.row);
        this.#patch({ ...unchanged, id: message_id, room_id, changed_seq });
        return;
      }
      case 'messages':
        if ('row' in change) this.#insert(change.row);
        else this.#patch('edit' in change ? edited(change.edit) : removed(change.remove));
    }
  }

  /** The first one stays, as it does across batches: what a row becomes must not depend on where the log was cut. */
  #insert(row: MessageRow): void {
    if (this.messages.has(key(row.room_id, row.id))) return;
    this.messages.set(key(row.room_id, row.id), { ...row, content_at: row.created_at });
    const room = this.rooms.get(row.room_id);
    if (room !== undefined && row.created_at > room.active_at)
      this.rooms.set(room.id, { ...room, active_at: row.created_at });
  }

  #patch(patch: MessagePatch): void {
    const id = key(patch.room_id, patch.id);
    const inserted = this.messages.get(id);
    if (inserted !== undefined) {
      this.messages.set(id, { ...inserted, ...present(patch) });
      return;
    }
    const earlier = this.patches.get(id);
    this.patches.set(id, earlier === undefined ? patch : { ...earlier, ...present(patch) });
  }

  #mark(mark: Mark): void {
    const id = key(mark.room_id, mark.user_id);
    const earlier = this.readMarks.get(id);
    if (earlier === undefined || earlier.seq < mark.seq) this.readMarks.set(id, mark);
  }
}

const unchanged = {
  content: null,
  edited_at: null,
  deleted_at: null,
  content_seq: null,
  content_at: null,
};

function edited(edit: {
  id: Uuid;
  room_id: Uuid;
  content: string;
  edited_at: number;
  seq: number;
}): MessagePatch {
  const { id, room_id, content, edited_at, seq } = edit;
  const stamp = { content_seq: seq, content_at: edited_at, changed_seq: seq };
  return { ...unchanged, id, room_id, content, edited_at, ...stamp };
}

function removed(remove: {
  id: Uuid;
  room_id: Uuid;
  deleted_at: number;
  seq: number;
}): MessagePatch {
  const { id, room_id, deleted_at, seq } = remove;
  const stamp = { content_seq: seq, content_at: deleted_at, changed_seq: seq };
  return { ...unchanged, id, room_id, content: '', deleted_at, ...stamp };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], null> };

function present(patch: MessagePatch): Present<MessagePatch> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
}

/** Ids have no blanks, and of an emoji nothing follows. */
function key(...parts: readonly string[]): string {
  return parts.join(' ');
}
