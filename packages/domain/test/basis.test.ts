import { expect, test } from '@jest/globals';
import { MINUTE, Story, ann, bob, cid } from './story.js';

test('of two changes of the same settings the second is superseded', () => {
  const story = new Story().group();
  const [one, other] = [
    story.draft({ type: 'room.updated', by: ann, name: 'one' }),
    story.draft({ type: 'room.updated', by: bob, name: 'other' }),
  ];
  expect(story.append(one).reason).toBeNull();
  expect(story.append(other).reason).toBe('superseded');
  expect(story.room.settings?.name).toBe('one');
});

test('an edit decided on an older text is superseded, by another edit or by the deletion', () => {
  const story = new Story().group();
  const message_id = story.post(cid, 'first');
  const edit = (content: string) =>
    story.draft({ type: 'message.edited', by: cid, message_id, author: cid, content });
  const [one, other] = [edit('one'), edit('other')];
  expect(story.append(one).reason).toBeNull();
  expect(story.append(other).reason).toBe('superseded');
  const third = edit('third');
  story.tell({ type: 'message.deleted', by: cid, message_id, author: cid });
  expect(story.append(third).reason).toBe('superseded');
  expect(story.append(edit('fourth')).reason).toBe('message_deleted');
});

test('a reaction does not supersede an edit, and none is put on what was deleted', () => {
  const story = new Story().group();
  const message_id = story.post(cid);
  const edit = story.draft({
    type: 'message.edited',
    by: cid,
    message_id,
    author: cid,
    content: 'x',
  });
  expect(story.why({ type: 'reaction.added', by: bob, message_id, emoji: '👍' })).toBeNull();
  expect(story.append(edit).reason).toBeNull();
  story.tell({ type: 'message.deleted', by: cid, message_id, author: cid });
  expect(story.why({ type: 'reaction.removed', by: bob, message_id, emoji: '👍' })).toBe(
    'message_deleted',
  );
});

test('of a message changed lately the room knows the author, whatever an event says', () => {
  const story = new Story().group();
  const message_id = story.post(cid);
  expect(
    story.why({ type: 'message.edited', by: bob, message_id, author: bob, content: 'x' }),
  ).toBe('forbidden');
});

test('of older messages the event says the author, and its basis is current by rule', () => {
  const story = new Story().group();
  const message_id = story.post(cid);
  const { seq } = story;
  story.wait(12 * MINUTE);
  const edit = { type: 'message.edited', by: cid, message_id, author: cid, content: 'x' } as const;
  expect(story.why(edit, { basis: seq - 1 })).toBe('superseded');
  story.wait(1);
  expect(story.why(edit, { basis: seq })).toBeNull();
});

test('the answers of the assistant are deleted by those who lead, and edited by nobody', () => {
  const story = new Story().group();
  const { reply } = story.ask(cid);
  story.start(reply);
  story.settle(reply, story.seq);
  const message_id = [...story.room.messages.keys()].at(-1) ?? '';
  const edit = { type: 'message.edited', by: ann, message_id, author: null, content: 'x' } as const;
  expect(story.why(edit)).toBe('forbidden');
  const remove = { type: 'message.deleted', by: cid, message_id, author: null } as const;
  expect(story.why(remove)).toBe('forbidden');
  expect(story.why({ ...remove, by: bob })).toBeNull();
});

test('a role change does not supersede what was decided on a membership', () => {
  const story = new Story().group();
  const kick = story.draft({ type: 'member.left', by: ann, user_id: cid, reason: 'kicked' });
  story.tell({ type: 'member.changed', by: ann, user_id: cid, role: 'admin' });
  expect(story.append(kick).reason).toBeNull();
});
