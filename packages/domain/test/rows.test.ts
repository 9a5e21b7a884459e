import { expect, test } from '@jest/globals';
import { replyMessageId } from '@parley/contracts';
import { MEMORY_MS, rowsOf, verdictOf, type RowChange } from '../src/index.js';
import { ROOM, START, Story, ann, bob, cid, dan, id, person } from './story.js';

/** The changes of the event told last, without the room's own row, which always comes first. */
function changes(story: Story): RowChange[] {
  const { event, stamp, outcome } = story.last;
  const [first, ...rest] = rowsOf(story.room, event, stamp, outcome);
  expect(first).toMatchObject({
    table: 'rooms',
    row: { id: ROOM, last_seq: story.seq, last_order: story.room.last_order },
  });
  return rest;
}

test('the creation of a room', () => {
  const story = new Story().group();
  const { event, stamp, outcome } = story.last;
  const [room, ...members] = rowsOf(story.room, event, stamp, outcome);
  expect(room).toEqual({
    table: 'rooms',
    row: {
      ...{ id: ROOM, kind: 'group', name: 'Harbour', visibility: 'private', status: 'Active' },
      assistant: { mode: 'mention', model: null, system_prompt: null },
      ...{ created_by: ann, created_at: START, updated_at: START },
      ...{ settings_seq: 1010, changed_seq: 1010, last_seq: 1010, last_order: 0 },
    },
  });
  expect(members).toHaveLength(4);
  expect(members[1]).toEqual({
    table: 'members',
    row: {
      ...{ room_id: ROOM, user_id: bob, role: 'admin', left_at: null, banned: false },
      ...{ joined_at: START, joined_seq: 1010, membership_seq: 1010, changed_seq: 1010 },
    },
  });
});

test('settings move the room’s changed_seq and updated_at, messages do not', () => {
  const story = new Story().group().wait(1000);
  story.post(cid);
  const row = () => {
    const { event, stamp, outcome } = story.last;
    return rowsOf(story.room, event, stamp, outcome)[0];
  };
  expect(row()).toMatchObject({ row: { changed_seq: 1010, last_seq: 1020, updated_at: START } });
  story.tell({ type: 'room.updated', by: ann, name: 'Pier' });
  expect(row()).toMatchObject({
    row: { name: 'Pier', changed_seq: 1030, settings_seq: 1030, updated_at: START + 1000 },
  });
  expect(changes(story)).toEqual([]);
});

test('memberships: each change is the member’s whole row, tombstones kept', () => {
  const story = new Story().group().wait(1000);
  story.tell({ type: 'member.changed', by: ann, user_id: cid, role: 'admin' });
  expect(changes(story)).toMatchObject([
    {
      table: 'members',
      row: { user_id: cid, role: 'admin', membership_seq: 1010, changed_seq: 1020 },
    },
  ]);
  story.tell({ type: 'member.left', by: ann, user_id: cid, reason: 'banned' });
  expect(changes(story)).toMatchObject([
    {
      table: 'members',
      row: {
        ...{ user_id: cid, left_at: START + 1000, banned: true, joined_at: START },
        ...{ joined_seq: 1010, membership_seq: 1030, changed_seq: 1030 },
      },
    },
  ]);
  story.wait(1).tell({ type: 'member.joined', by: ann, ...person(cid), role: 'member' });
  expect(changes(story)).toMatchObject([
    {
      table: 'members',
      row: { left_at: null, banned: false, joined_at: START + 1001, joined_seq: 1040 },
    },
  ]);
});

test('a question, its answer, and what becomes of both', () => {
  const story = new Story().group().wait(1000);
  const { question, reply } = story.ask(cid);
  const asked = { reply_id: reply, room_id: ROOM, question_id: question, model: 'gpt-4o' };
  const open = {
    ...asked,
    ...{ asked_seq: 1020, asked_at: START + 1000, settled_at: null, usage: null },
    ...{ closed_reason: null, closed_by: null, closed_at: null },
  };
  expect(changes(story)).toMatchObject([
    {
      table: 'messages',
      row: {
        ...{ id: question, room_id: ROOM, seq: 1020, order: 1, sender: 'user', sender_id: cid },
        ...{ sender_name: 'Cid', content: '@ai?', reply_to: null, mentions: [], reply: null },
        ...{ created_at: START + 1000, edited_at: null, deleted_at: null },
        ...{ content_seq: 1020, changed_seq: 1020 },
      },
    },
    {
      table: 'replies',
      row: { ...open, status: 'asked', claim: null, attempt: 0, reserved: 0, changed_seq: 1020 },
    },
  ]);

  story.wait(1000).start(reply);
  const started = { ...open, claim: 1030, attempt: 1, reserved: 100 };
  expect(changes(story)).toEqual([
    { table: 'replies', row: { ...started, status: 'generating', changed_seq: 1030 } },
  ]);

  story.wait(1000).tell({ type: 'reply.stop_asked', by: dan, reply_id: reply });
  const closed = { closed_reason: 'stopped', closed_by: dan, closed_at: START + 3000 };
  expect(changes(story)).toEqual([
    { table: 'replies', row: { ...started, ...closed, status: 'generating', changed_seq: 1040 } },
  ]);

  const usage = { prompt_tokens: 10, completion_tokens: 4 };
  story.wait(1000).tell({
    ...{
      type: 'reply.settled',
      by: 'assistant',
      reply_id: reply,
      question_id: question,
      claim: 1030,
    },
    ...{ attempt: 1, model: 'gpt-4o', status: 'stopped', message_id: replyMessageId(reply) },
    ...{ content: 'half an', usage, stopped_by: dan },
  } as const);
  expect(changes(story)).toEqual([
    {
      table: 'messages',
      row: {
        ...{ id: replyMessageId(reply), room_id: ROOM, seq: 1050, order: 2, sender: 'ai' },
        ...{ sender_id: null, sender_name: 'gpt-4o', client_id: null, content: 'half an' },
        ...{ reply_to: question, mentions: [], created_at: START + 4000 },
        ...{ edited_at: null, deleted_at: null, content_seq: 1050, changed_seq: 1050 },
        reply: {
          ...{ reply_id: reply, question_id: question, claim: 1030, model: 'gpt-4o' },
          ...{ status: 'stopped', attempt: 1, usage, error: null, stopped_by: dan },
        },
      },
    },
    {
      table: 'replies',
      row: {
        ...{ ...started, ...closed, usage, status: 'stopped' },
        ...{ settled_at: START + 4000, changed_seq: 1050 },
      },
    },
  ]);
});

test('edits, deletions and reactions name the row and what becomes of it', () => {
  const story = new Story().group().wait(1000);
  const message_id = story.post(cid);
  const at = START + 1000;
  story.tell({ type: 'message.edited', by: cid, message_id, author: cid, content: 'better' });
  expect(changes(story)).toEqual([
    {
      table: 'messages',
      edit: { id: message_id, room_id: ROOM, content: 'better', edited_at: at, seq: 1030 },
    },
  ]);
  for (const type of ['reaction.added', 'reaction.removed'] as const) {
    story.tell({ type, by: bob, message_id, emoji: '👍' });
    const removed = type === 'reaction.removed';
    const row = { room_id: ROOM, message_id, user_id: bob, emoji: '👍', removed };
    expect(changes(story)).toEqual([
      { table: 'reactions', row: { ...row, changed_seq: story.seq } },
    ]);
  }
  story.tell({ type: 'message.deleted', by: bob, message_id, author: cid });
  expect(changes(story)).toEqual([
    { table: 'messages', remove: { id: message_id, room_id: ROOM, deleted_at: at, seq: 1060 } },
  ]);
});

test('a deletion closes open answers in their rows: the question’s, or all of the room’s', () => {
  const story = new Story().group();
  const one = story.ask(cid);
  const other = story.ask(cid);
  story.tell({ type: 'message.deleted', by: cid, message_id: one.question, author: cid });
  const closed = { closed_reason: 'deleted', status: 'asked', changed_seq: story.seq };
  expect(changes(story)).toMatchObject([
    { remove: { id: one.question } },
    { table: 'replies', row: { reply_id: one.reply, ...closed, closed_by: cid } },
  ]);
  story.wait(10).tell({ type: 'room.deleted', by: ann });
  expect(changes(story)).toMatchObject([
    { table: 'replies', row: { reply_id: other.reply, closed_by: ann, closed_at: START + 10 } },
  ]);
});

test('void events change no row; their verdicts are kept with those of the applied', () => {
  const story = new Story().group();
  const verdict = () => {
    const { event, stamp, outcome } = story.last;
    return verdictOf(event, stamp, outcome);
  };
  const until = START + MEMORY_MS;
  const created = story.last.event;
  expect(verdict()).toEqual({
    room_id: ROOM,
    id: created.id,
    at: START,
    until,
    reason: null,
    seq: 1010,
  });

  story.tell({ type: 'room.deleted', by: cid }, { id: id(0x321) });
  const { event, stamp, outcome } = story.last;
  expect(rowsOf(story.room, event, stamp, outcome)).toEqual([]);
  expect(verdict()).toMatchObject({ id: id(0x321), reason: 'forbidden', seq: 1020 });

  story.append(created);
  expect(verdict()).toBeUndefined();
  story.tell({ type: 'room.updated', by: ann, name: 'x' }, { born: START - 11 * 60_000 });
  expect(verdict()).toBeUndefined();
});
