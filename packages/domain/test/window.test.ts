import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  BORN_AHEAD_MS,
  MEMORY_MS,
  STALE_AFTER_MS,
  canonicalRoom,
  emptyRoom,
} from '../src/index.js';
import type { RoomState } from '../src/index.js';
import { aLog, fold } from './any-log.js';
import { MINUTE, Story, ann, cid, clientId, eve, person } from './story.js';

const rename = { type: 'room.updated', by: ann, name: 'x' } as const;

test('a record is stale when it was made more than 10 min before, or 1 min after, its append', () => {
  const story = new Story().group();
  const verdict = (born: number) => story.why(rename, { born });
  expect(verdict(story.now - STALE_AFTER_MS)).toBeNull();
  expect(verdict(story.now - STALE_AFTER_MS - 1)).toBe('stale');
  expect(verdict(story.now + BORN_AHEAD_MS)).toBeNull();
  expect(verdict(story.now + BORN_AHEAD_MS + 1)).toBe('stale');
  expect(story.last.outcome).toMatchObject({ remembered: false, duplicateOf: null });
});

test('a second record of an id is a duplicate and tells which one was the first', () => {
  const story = new Story().group();
  story.tell(rename);
  const first = story.last;
  const again = story.wait(MINUTE).append(first.event);
  expect(again).toMatchObject({
    reason: 'duplicate',
    remembered: false,
    duplicateOf: { seq: first.stamp.seq, reason: null, until: first.stamp.at + MEMORY_MS },
  });
});

test('a second record of a void one is void for the reason of the first', () => {
  const story = new Story().group({ visibility: 'public' });
  const early = story.draft({
    type: 'message.posted',
    by: eve,
    client_id: clientId(story.now),
    content: 'too early',
    sender_name: 'Eve',
  });
  expect(story.append(early)).toMatchObject({ reason: 'not_a_member', remembered: true });
  story.tell({ type: 'member.joined', by: eve, ...person(eve), role: 'member' });
  expect(story.append(early)).toMatchObject({
    reason: 'not_a_member',
    remembered: false,
    duplicateOf: { reason: 'not_a_member' },
  });
});

test('an id is forgotten 12 min after its append', () => {
  const story = new Story().group();
  story.tell(rename, { id: ann });
  story.wait(MEMORY_MS);
  expect(story.why(rename, { id: ann })).toBe('duplicate');
  story.wait(1);
  expect(story.why(rename, { id: ann })).toBeNull();
});

test('a message is remembered until 12 min after its client_id’s own time, however far ahead', () => {
  const story = new Story().group();
  const ahead = 20 * 60 * MINUTE;
  const post = {
    type: 'message.posted',
    by: cid,
    client_id: clientId(story.now + ahead),
    content: 'from tomorrow',
    sender_name: 'Cid',
  } as const;
  expect(story.why(post)).toBeNull();
  story.wait(ahead + MEMORY_MS);
  expect(story.why(post)).toBe('duplicate');
  story.wait(1);
  expect(story.why(post)).toBeNull();
});

test('a client_id that is no UUIDv7 has no time of its own', () => {
  const story = new Story().group();
  const post = { type: 'message.posted', by: cid, content: 'hi', sender_name: 'Cid' } as const;
  expect(story.why({ ...post, client_id: 'order-17' })).toBeNull();
  story.wait(MEMORY_MS);
  expect(story.why({ ...post, client_id: 'order-17' })).toBe('duplicate');
});

test('a message must carry the id that follows from its room, sender and client_id', () => {
  const story = new Story().group();
  const post = {
    type: 'message.posted',
    by: cid,
    client_id: clientId(story.now),
    content: 'hi',
    sender_name: 'Cid',
  } as const;
  expect(story.why(post, { id: ann })).toBe('forbidden');
});

/** The state as a reader would load it: nothing but what can still be observed. */
function swept(room: RoomState, at: number): RoomState {
  const view = structuredClone(canonicalRoom(room, at));
  const state = emptyRoom(room.id);
  for (const member of view.members) state.members.set(member.user_id, member);
  for (const reply of view.replies) state.replies.set(reply.reply_id, reply);
  for (const { id, ...entry } of view.window) state.window.set(id, entry);
  for (const { id, ...message } of view.messages) state.messages.set(id, message);
  const { settings, last_order, last_seq } = view;
  return Object.assign(state, { settings, last_order, last_seq });
}

test('forgetting cannot be observed: sweeping before every record gives the same verdicts', () => {
  fc.assert(
    fc.property(aLog, (log) => {
      const [first] = log;
      let room = emptyRoom(first?.event.room_id ?? '');
      const outcomes = log.map((record) => {
        room = swept(room, record.stamp.at);
        return fold([record], room).outcomes[0];
      });
      expect(outcomes).toEqual(fold(log).outcomes);
    }),
    { numRuns: 300 },
  );
});

test('the window stays small: what has expired is swept', () => {
  const story = new Story().group();
  let largest = 0;
  for (let n = 0; n < 20_000; n++) {
    story.wait(6000).tell(rename);
    story.told.length = 0;
    largest = Math.max(largest, story.room.window.size);
  }
  // 120 ids are alive at any time; a sweep comes about every 256th record, ten times later about once in 20,000.
  expect(largest).toBeLessThan(120 + 256 * 10);
});
