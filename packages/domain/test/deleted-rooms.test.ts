import { expect, test } from '@jest/globals';
import { Story, ann, bob, cid, eve, person } from './story.js';

test('in a deleted room members are told so, strangers are not, and nothing happens', () => {
  const story = new Story().group({ visibility: 'public' });
  const message = story.post(cid);
  const { reply } = story.ask(cid);
  story.tell({ type: 'room.deleted', by: ann });
  const message_id = message;
  const deleted = [
    story.why({ type: 'message.edited', by: cid, message_id, author: cid, content: 'x' }),
    story.why({ type: 'message.deleted', by: cid, message_id, author: cid }),
    story.why({ type: 'reaction.added', by: cid, message_id, emoji: '👍' }),
    story.why({ type: 'room.updated', by: ann, name: 'x' }),
    story.why({ type: 'room.deleted', by: ann }),
    story.why({ type: 'member.joined', by: eve, ...person(eve), role: 'member' }),
    story.why({ type: 'member.left', by: cid, user_id: cid, reason: 'left' }),
    story.why({ type: 'member.changed', by: ann, user_id: bob, role: 'member' }),
    story.why({ type: 'reply.stop_asked', by: cid, reply_id: reply }),
  ];
  expect(new Set(deleted)).toEqual(new Set(['room_deleted']));
  story.post(cid);
  expect(story.last.outcome.reason).toBe('room_deleted');
  story.post(eve);
  expect(story.last.outcome.reason).toBe('not_a_member');
});

test('its owner restores it, with its members as they were', () => {
  const story = new Story().group();
  expect(story.why({ type: 'room.restored', by: ann })).toBe('no_change');
  story.tell({ type: 'room.deleted', by: ann });
  expect(story.why({ type: 'room.restored', by: bob })).toBe('forbidden');
  expect(story.why({ type: 'room.restored', by: eve })).toBe('not_a_member');
  expect(story.why({ type: 'room.restored', by: ann })).toBeNull();
  story.post(cid);
  expect(story.last.outcome.reason).toBeNull();
});

test('answers that were open in it are still settled, once', () => {
  const story = new Story().group();
  const { reply } = story.ask(cid);
  story.start(reply);
  const claim = story.seq;
  story.tell({ type: 'room.deleted', by: ann });
  expect(story.start(reply).reason).toBe('reply_closed');
  expect(story.settle(reply, claim, 'completed').reason).toBe('forbidden');
  expect(story.settle(reply, claim, 'stopped')).toMatchObject({ reason: null, order: 2 });
  expect(story.settle(reply, claim, 'stopped').reason).toBe('no_such_reply');
});
