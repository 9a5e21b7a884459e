/** One statement per table and batch, whatever the number of rows. */
import type { ProjectionBatch } from '@parley/ports';
import { type Connection, query } from '../pool.js';
import type { BatchRows } from './batch-rows.js';

/** A table as it is written: its columns with their types, and what a row that exists becomes. */
interface Table<Row> {
  readonly name: string;
  readonly columns: { readonly [Column in keyof Row]: string };
  readonly onConflict: string;
}

/** All columns but the key take the new value. */
function replaceBy(key: readonly string[], columns: object): string {
  const rest = Object.keys(columns).filter((column) => !key.includes(column));
  const sets = rest.map((column) => `"${column}" = excluded."${column}"`);
  return `(${key.join(', ')}) DO UPDATE SET ${sets.join(', ')}`;
}

/** Writes rows in one statement. Arrays within rows (`uuid[]`) travel as their text, since unnest would flatten them. */
async function write<Row extends object>(
  connection: Connection,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries(table.columns) as [keyof Row & string, string][];
  const names = columns.map(([name]) => `"${name}"`).join(', ');
  const unnested = columns.map(([, type], i) =>
    type.endsWith('[]') ? `$${i + 1}::text[]` : `$${i + 1}::${type}[]`,
  );
  const selected = columns.map(([name, type]) =>
    type.endsWith('[]') ? `"${name}"::${type}` : `"${name}"`,
  );
  const text = `INSERT INTO ${table.name} (${names})
    SELECT ${selected.join(', ')} FROM unnest(${unnested.join(', ')}) AS input(${names})
    ON CONFLICT ${table.onConflict}`;
  const values = columns.map(([name, type]) => rows.map((row) => parameter(row[name], type)));
  await query(connection, text, values, `write-${table.name}`);
}

function parameter(value: unknown, type: string): unknown {
  if (value === null) return null;
  if (type === 'jsonb') return JSON.stringify(value);
  if (type.endsWith('[]')) return `{${(value as readonly string[]).join(',')}}`;
  return value;
}

const roomColumns = {
  id: 'uuid',
  kind: 'text',
  name: 'text',
  visibility: 'text',
  assistant: 'jsonb',
  created_by: 'uuid',
  created_at: 'bigint',
  updated_at: 'bigint',
  status: 'text',
  settings_seq: 'bigint',
  changed_seq: 'bigint',
  last_seq: 'bigint',
  last_order: 'bigint',
  active_at: 'bigint',
} as const;
const memberColumns = {
  room_id: 'uuid',
  user_id: 'uuid',
  role: 'text',
  joined_at: 'bigint',
  joined_seq: 'bigint',
  left_at: 'bigint',
  banned: 'boolean',
  membership_seq: 'bigint',
  changed_seq: 'bigint',
} as const;
const messageColumns = {
  room_id: 'uuid',
  seq: 'bigint',
  id: 'uuid',
  order: 'bigint',
  sender: 'text',
  sender_id: 'uuid',
  sender_name: 'text',
  client_id: 'text',
  content: 'text',
  reply_to: 'uuid',
  mentions: 'uuid[]',
  created_at: 'bigint',
  edited_at: 'bigint',
  deleted_at: 'bigint',
  content_seq: 'bigint',
  content_at: 'bigint',
  changed_seq: 'bigint',
  reply: 'jsonb',
} as const;
const replyColumns = {
  room_id: 'uuid',
  reply_id: 'uuid',
  question_id: 'uuid',
  model: 'text',
  status: 'text',
  claim: 'bigint',
  attempt: 'bigint',
  reserved: 'bigint',
  asked_seq: 'bigint',
  asked_at: 'bigint',
  closed_reason: 'text',
  closed_by: 'uuid',
  closed_at: 'bigint',
  settled_at: 'bigint',
  usage: 'jsonb',
  changed_seq: 'bigint',
} as const;
const reactionColumns = {
  room_id: 'uuid',
  message_id: 'uuid',
  user_id: 'uuid',
  emoji: 'text',
  removed: 'boolean',
  changed_seq: 'bigint',
} as const;
const verdictColumns = {
  room_id: 'uuid',
  id: 'uuid',
  partition: 'int',
  at: 'bigint',
  until: 'bigint',
  reason: 'text',
  seq: 'bigint',
} as const;

const ROOMS = {
  name: 'rooms',
  columns: roomColumns,
  onConflict: replaceBy(['id'], roomColumns).replace(
    '"active_at" = excluded."active_at"',
    '"active_at" = greatest(rooms.active_at, excluded.active_at)',
  ),
};
const MEMBERS = {
  name: 'members',
  columns: memberColumns,
  onConflict: replaceBy(['room_id', 'user_id'], memberColumns),
};
/** A second message of one id could only come from a foreign writer: the first stays, and the projection goes on. */
const MESSAGES = { name: 'messages', columns: messageColumns, onConflict: 'DO NOTHING' };
const REPLIES = {
  name: 'replies',
  columns: replyColumns,
  onConflict: replaceBy(['room_id', 'reply_id'], replyColumns),
};
const REACTIONS = {
  name: 'reactions',
  columns: reactionColumns,
  onConflict: replaceBy(['room_id', 'message_id', 'user_id', 'emoji'], reactionColumns),
};
/** An id that was forgotten and not yet pruned may be judged anew. */
const VERDICTS = {
  name: 'event_verdicts',
  columns: verdictColumns,
  onConflict: replaceBy(['room_id', 'id'], verdictColumns),
};
const READ_MARKS = {
  name: 'read_marks',
  columns: { room_id: 'uuid', user_id: 'uuid', seq: 'bigint' },
  onConflict: '(room_id, user_id) DO UPDATE SET seq = greatest(read_marks.seq, excluded.seq)',
};
const DEAD_LETTERS = {
  name: 'dead_letters',
  columns: {
    topic: 'text',
    partition: 'int',
    epoch: 'int',
    offset: 'bigint',
    reason: 'text',
    raw: 'bytea',
  },
  onConflict: 'DO NOTHING',
};

const PATCH_MESSAGES = `
  UPDATE messages AS message SET
    content = coalesce(patch.content, message.content),
    edited_at = coalesce(patch.edited_at, message.edited_at),
    deleted_at = coalesce(patch.deleted_at, message.deleted_at),
    content_seq = coalesce(patch.content_seq, message.content_seq),
    content_at = coalesce(patch.content_at, message.content_at),
    changed_seq = patch.changed_seq
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
              $7::bigint[], $8::bigint[])
    AS patch(room_id, id, content, edited_at, deleted_at, content_seq, content_at, changed_seq)
  WHERE message.id = patch.id AND message.room_id = patch.room_id`;

/** Writes what a batch left of its rows. New messages come before changes of older ones; the rest has no order. */
export async function writeRows(
  connection: Connection,
  rows: BatchRows,
  batch: ProjectionBatch,
): Promise<void> {
  await write(connection, ROOMS, [...rows.rooms.values()]);
  await write(connection, MEMBERS, [...rows.members.values()]);
  await write(connection, MESSAGES, [...rows.messages.values()]);
  await patchMessages(connection, rows);
  await write(connection, REPLIES, [...rows.replies.values()]);
  await write(connection, REACTIONS, [...rows.reactions.values()]);
  await write(connection, READ_MARKS, [...rows.readMarks.values()]);
  const { partition } = batch;
  // The last verdict of an id counts: a statement may not touch a row twice.
  const verdicts = new Map(batch.verdicts.map((row) => [`${row.room_id} ${row.id}`, row]));
  await write(
    connection,
    VERDICTS,
    [...verdicts.values()].map((row) => ({ ...row, partition })),
  );
  await write(connection, DEAD_LETTERS, batch.deadLetters.map(letter));
}

function letter(dead: ProjectionBatch['deadLetters'][number]) {
  return { ...dead, raw: Buffer.from(dead.raw) };
}

async function patchMessages(connection: Connection, rows: BatchRows): Promise<void> {
  const patches = [...rows.patches.values()];
  if (patches.length === 0) return;
  const columns = [
    ...(['room_id', 'id', 'content', 'edited_at', 'deleted_at'] as const),
    ...(['content_seq', 'content_at', 'changed_seq'] as const),
  ];
  await query(
    connection,
    PATCH_MESSAGES,
    columns.map((column) => patches.map((patch) => patch[column])),
    'patch-messages',
  );
}
