/** A reset replaces a room whole, or not at all. */
import { expect, test } from '@jest/globals';
import {
  BOB,
  ROOM,
  chunk,
  edited,
  message,
  posted,
  ready,
  reply,
  started,
  syncDone,
  syncState,
} from './support/fixtures.js';
import { AT } from './support/fixtures.js';
import { harness } from './support/harness.js';

const bob = {
  user_id: BOB,
  username: 'bob',
  display_name: 'Bob',
  role: 'member' as const,
  joined_at: AT,
  left_at: null,
  changed_seq: 1,
};

async function afterResume(h: ReturnType<typeof harness>) {
  const first = await h.live();
  first.say(posted(11), posted(12));
  first.cut();
  const socket = await h.authenticate();
  socket.say(ready());
  return socket;
}
const seqs = (h: ReturnType<typeof harness>) =>
  h.client.rooms.get(ROOM)?.messages.ordered.map(({ seq }) => seq);

test('the new content replaces the old one, in several frames, at the end of the sync', async () => {
  const h = harness();
  const socket = await afterResume(h);
  socket.say(
    syncState({ reset: true, members: [bob], messages: [message(12)], more: true }),
    syncState({ reset: true, messages: [message(100), message(101)] }),
  );
  expect(seqs(h)).toEqual([11, 12]);
  socket.say(syncDone(101));
  expect(seqs(h)).toEqual([12, 100, 101]);
  expect(h.events('reset')).toEqual([{ roomId: ROOM }]);
  expect([...(h.client.rooms.get(ROOM)?.members.keys() ?? [])]).toEqual([BOB]);
  expect(h.events('message').map((e) => [e.message.seq, e.via])).toEqual([
    [11, 'live'],
    [12, 'live'],
    [100, 'reset'],
    [101, 'reset'],
  ]);
});

test('cut off half-way it leaves the room as it was, and is asked for from the same seq', async () => {
  const h = harness();
  const socket = await afterResume(h);
  socket.say(syncState({ reset: true, messages: [message(100)], more: true }));
  socket.cut();
  expect(seqs(h)).toEqual([11, 12]);
  expect((await h.authenticate()).of('auth')[0]?.resume).toEqual([{ room_id: ROOM, after: 12 }]);
});

test('what comes in line after its rows, before its end, is folded onto it', async () => {
  const h = harness();
  const socket = await afterResume(h);
  socket.say(
    syncState({ reset: true, messages: [message(100)], replies: [reply()] }),
    edited(101, 100, 'edited'),
    started(102),
    chunk(102, 0, 'so far'),
    syncDone(102),
  );
  const view = h.client.rooms.get(ROOM);
  expect(view?.messages.ordered.map(({ content }) => content)).toEqual(['edited']);
  expect([...(view?.replies.values() ?? [])]).toMatchObject([{ claim: 102, text: 'so far' }]);
  expect(view?.seq).toBe(102);
});

test('of another log: seqs may be anything', async () => {
  const h = harness();
  const socket = await afterResume(h);
  socket.say(syncState({ reset: true, messages: [message(3)] }), syncDone(4), posted(5));
  expect(h.client.rooms.get(ROOM)?.seq).toBe(5);
  expect(seqs(h)).toEqual([3, 5]);
});

test('rows that continue a reset are folded onto it', async () => {
  const h = harness();
  const socket = await afterResume(h);
  socket.say(
    syncState({ reset: true, messages: [message(100)] }),
    posted(101),
    syncState({ messages: [message(100, { content: 'edited', changed_seq: 102 }), message(103)] }),
    syncDone(103),
  );
  const shown = h.client.rooms.get(ROOM)?.messages.ordered.map(({ content }) => content);
  expect(shown).toEqual(['edited', 'message 101', 'message 103']);
});
