/** While a room is behind, changes are heard before earlier ones: each counts for what it changes, and no more. */
import { expect, test } from '@jest/globals';
import {
  ALICE,
  BOB,
  ROOM,
  edited,
  message,
  posted,
  reacted,
  ready,
  syncDone,
  syncState,
} from './support/fixtures.js';
import { harness } from './support/harness.js';

/** A client that knows message 11, and nothing of what followed it. */
async function behind() {
  const h = harness();
  const first = await h.live();
  first.say(posted(11));
  first.cut();
  const socket = await h.authenticate();
  socket.say(ready(), syncDone(11, true));
  return { h, socket };
}
const shown = (h: ReturnType<typeof harness>) => h.client.rooms.get(ROOM)?.messages.ordered[0];

test('an edit that comes after a later reaction is shown', async () => {
  const { h, socket } = await behind();
  socket.say(reacted(30, 11, '🎉'));
  socket.say(edited(20, 11, 'edited'), reacted(30, 11, '🎉'), syncDone(30));
  expect(shown(h)).toMatchObject({
    content: 'edited',
    reactions: [{ emoji: '🎉', user_ids: [BOB] }],
    changed_seq: 30,
  });
});

test('an edit that comes after a later edit is not', async () => {
  const { h, socket } = await behind();
  socket.say(edited(30, 11, 'twice edited'), edited(20, 11, 'edited'));
  expect(shown(h)?.content).toBe('twice edited');
});

test('a reaction that comes after a later one of somebody else is shown', async () => {
  const { h, socket } = await behind();
  socket.say(reacted(30, 11, '🎉', BOB), reacted(20, 11, '🎉', ALICE));
  expect(shown(h)?.reactions).toEqual([{ emoji: '🎉', user_ids: [ALICE, BOB] }]);
});

test('a reaction that comes after it was taken back is not', async () => {
  const { h, socket } = await behind();
  socket.say(reacted(30, 11, '🎉', BOB, 'reaction.removed'), reacted(20, 11, '🎉'));
  expect(shown(h)?.reactions).toEqual([]);
});

test('a row from before a reaction that was heard brings what it has, and keeps the reaction', async () => {
  const { h, socket } = await behind();
  socket.say(reacted(30, 11, '🎉'));
  const row = message(11, { content: 'edited', changed_seq: 20 });
  socket.say(syncState({ messages: [row] }), syncDone(30));
  expect(shown(h)).toMatchObject({
    content: 'edited',
    reactions: [{ emoji: '🎉', user_ids: [BOB] }],
  });
});

test('a row is whole: what it has is not put on it again', async () => {
  const { h, socket } = await behind();
  socket.say(reacted(30, 11, '🎉'));
  socket.say(syncState({ messages: [message(11, { content: 'edited', changed_seq: 40 })] }));
  socket.say(edited(20, 11, 'long ago'), reacted(30, 11, '🎉'));
  expect(shown(h)).toMatchObject({ content: 'edited', reactions: [], changed_seq: 40 });
});

test('once nothing is missing, an earlier change is old news', async () => {
  const { h, socket } = await behind();
  socket.say(reacted(30, 11, '🎉'), syncDone(30), edited(20, 11, 'long ago'));
  expect(shown(h)?.content).toBe('message 11');
});
