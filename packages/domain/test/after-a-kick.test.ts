import { expect, test } from '@jest/globals';
import type { RoomEvent } from '@parley/contracts';
import * as fc from 'fast-check';
import { isMember } from '../src/index.js';
import { aLog, fold, someRetries, withRetries } from './any-log.js';
import { MINUTE, Story, ann, bob, cid, clientId, dan, person } from './story.js';

/** Who is in the room by the applied membership events alone: told independently of the reducer's own bookkeeping. */
function follow(members: Set<string>, event: RoomEvent): void {
  if (event.type === 'room.created') event.members.forEach((m) => members.add(m.user_id));
  if (event.type === 'member.joined') members.add(event.user_id);
  if (event.type === 'member.left') members.delete(event.user_id);
}

test('only members act, at every position, whatever is repeated', () => {
  fc.assert(
    fc.property(aLog, someRetries, (log, retries) => {
      const noisy = withRetries(log, retries);
      const { room, outcomes } = fold(noisy);
      const members = new Set<string>();
      for (const [n, { event }] of noisy.entries()) {
        if (outcomes[n]?.reason !== null) continue;
        const enters = event.type === 'room.created' || event.type === 'member.joined';
        if (!enters && event.by !== 'assistant') expect(members).toContain(event.by);
        follow(members, event);
      }
      const present = [...room.members.keys()].filter((user) => isMember(room, user));
      expect(new Set(present)).toEqual(members);
    }),
    { numRuns: 250 },
  );
});

test('no copy of an earlier event brings the kicked back, at any time', () => {
  fc.assert(
    fc.property(fc.nat(15 * MINUTE), fc.nat(15 * MINUTE), (before, after) => {
      const story = new Story().group().wait(1000);
      const leave = { type: 'member.left', by: cid, user_id: cid, reason: 'left' } as const;
      const add = { type: 'member.joined', by: ann, ...person(cid), role: 'member' } as const;
      story.tell(leave);
      story.wait(1000).tell(add);
      story.wait(before);
      expect(
        story.why({ type: 'member.left', by: ann, user_id: cid, reason: 'kicked' }),
      ).toBeNull();
      const told = story.told.map(({ event }) => event);
      story.wait(after);
      for (const event of told) expect(story.append(event).reason).not.toBeNull();
      expect(isMember(story.room, cid)).toBe(false);
    }),
  );
});

test('what was decided before the kick is void after it under a new id, too', () => {
  const story = new Story().group().wait(1000);
  story.tell({ type: 'member.left', by: cid, user_id: cid, reason: 'left' });
  const add = { type: 'member.joined', by: ann, ...person(cid), role: 'member' } as const;
  const stalled = story.draft(add);
  story.tell(add);
  story.tell({ type: 'member.left', by: bob, user_id: cid, reason: 'kicked' });
  expect(story.append(stalled).reason).toBe('superseded');
  expect(isMember(story.room, cid)).toBe(false);
});

test('nothing the kicked wrote before applies afterwards', () => {
  const story = new Story().group();
  const message = story.post(cid);
  const drafts = [
    story.draft({
      type: 'message.posted',
      by: cid,
      client_id: clientId(story.now, 1),
      content: 'late',
      sender_name: 'Cid',
    }),
    story.draft({
      type: 'message.edited',
      by: cid,
      message_id: message,
      author: cid,
      content: 'x',
    }),
    story.draft({ type: 'message.deleted', by: cid, message_id: message, author: cid }),
    story.draft({ type: 'reaction.added', by: cid, message_id: message, emoji: '👍' }),
  ];
  story.tell({ type: 'member.left', by: bob, user_id: cid, reason: 'kicked' });
  for (const event of drafts) expect(story.append(event).reason).toBe('not_a_member');
});

test('a fresh decision brings a member back after a kick, and after a ban only an admin’s', () => {
  const story = new Story().group({ visibility: 'public' });
  const join = { type: 'member.joined', by: cid, ...person(cid), role: 'member' } as const;
  story.tell({ type: 'member.left', by: bob, user_id: cid, reason: 'kicked' });
  expect(story.why(join)).toBeNull();
  story.tell({ type: 'member.left', by: bob, user_id: cid, reason: 'banned' });
  expect(story.why(join)).toBe('banned');
  expect(story.why({ ...join, by: bob })).toBeNull();
  story.tell({ type: 'member.left', by: cid, user_id: cid, reason: 'left' });
  expect(story.why(join)).toBeNull();
});

test('whoever was never there can be banned beforehand, once', () => {
  const story = new Story().group({ visibility: 'public' });
  const eve = person('00000000-0000-4000-8000-000000000005');
  const ban = { type: 'member.left', by: bob, user_id: eve.user_id, reason: 'banned' } as const;
  expect(story.why({ ...ban, reason: 'kicked' })).toBe('no_change');
  expect(story.why(ban)).toBeNull();
  expect(story.room.members.get(eve.user_id)).toMatchObject({ banned: true, left_at: story.now });
  expect(story.why(ban)).toBe('no_change');
  expect(story.why({ type: 'member.joined', by: eve.user_id, ...eve, role: 'member' })).toBe(
    'banned',
  );
  expect(isMember(story.room, dan)).toBe(true);
});
