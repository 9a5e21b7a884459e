/** What a client comes back with: its seq per room, moved only by live events in line and by the end of a sync. */
import { expect, test } from '@jest/globals';
import { uuid } from './support/fixtures.js';
import {
  ALICE,
  OTHER_ROOM,
  ROOM,
  edited,
  joined,
  left,
  message,
  posted,
  ready,
  room,
  syncDone,
  syncState,
} from './support/fixtures.js';
import { harness, type Harness } from './support/harness.js';

/** Breaks the connection and answers what the client resumes with. */
async function resumed(h: Harness): Promise<unknown> {
  h.socket().cut();
  return (await h.authenticate()).of('auth')[0]?.resume;
}
const at = (after: number, room_id = ROOM) => [{ room_id, after }];

test('a first connection resumes nothing; a second one every room at its ready.last_seq', async () => {
  const h = harness();
  const socket = await h.live();
  expect(socket.of('auth')).toEqual([{ type: 'auth', token: 'token' }]);
  expect(h.client.state).toBe('live');
  expect(await resumed(h)).toEqual(at(10));
});

test('a live event in line moves the seq', async () => {
  const h = harness();
  (await h.live()).say([posted(11), edited(12, 11, 'x')] as never);
  expect(await resumed(h)).toEqual(at(12));
});

test('a repeated echo does not, and shows nothing that is not shown yet', async () => {
  const h = harness();
  (await h.live()).say({ ...posted(15), repeated: true, message: message(15) });
  expect(h.events('message')).toEqual([]);
  expect(await resumed(h)).toEqual(at(10));
});

test('rows of sync.state do not; sync.done does', async () => {
  const h = harness();
  await h.live();
  h.socket().cut();
  (await h.authenticate()).say(ready(), syncState({ messages: [message(20)], more: true }));
  expect(await resumed(h)).toEqual(at(10));
  h.socket().say(ready(), syncState({ messages: [message(20), message(21)] }), syncDone(23));
  expect(h.client.rooms.get(ROOM)?.seq).toBe(23);
  expect(h.events('message').map((e) => [e.message.seq, e.via])).toEqual([
    [20, 'sync'],
    [21, 'sync'],
  ]);
  expect(await resumed(h)).toEqual(at(23));
});

test('ready.last_seq does not move a room that is being resumed', async () => {
  const h = harness();
  await h.live();
  h.socket().cut();
  (await h.authenticate()).say(ready({ rooms: [room({ last_seq: 99 })] }));
  expect(await resumed(h)).toEqual(at(10));
});

test('live only when every resumed room is done', async () => {
  const h = harness();
  await h.live(ready({ rooms: [room(), room({ id: OTHER_ROOM })] }));
  h.socket().cut();
  const socket = await h.authenticate();
  socket.say(ready(), syncDone(10));
  expect(h.client.state).toBe('syncing');
  socket.say({ type: 'sync.done', room_id: OTHER_ROOM, through: 4 });
  expect(h.client.state).toBe('live');
});

test('while behind, live events are shown and the seq stays, until a sync without behind', async () => {
  const h = harness();
  await h.live();
  h.socket().cut();
  const socket = await h.authenticate();
  socket.say(ready(), syncDone(10, true), posted(30));
  expect(h.client.rooms.get(ROOM)).toMatchObject({ seq: 10, behind: true });
  expect(h.client.state).toBe('live');
  await h.clock.advance(2000);
  expect(socket.of('sync')).toEqual([{ type: 'sync', rooms: at(10) }]);
  socket.say(syncState({ messages: [message(20), message(30)] }), syncDone(31));
  expect(h.client.rooms.get(ROOM)).toMatchObject({ seq: 31, behind: false });
  expect(h.events('message').map((e) => [e.message.seq, e.late])).toEqual([
    [30, false],
    [20, true],
  ]);
  expect(h.client.rooms.get(ROOM)?.messages.ordered.map(({ seq }) => seq)).toEqual([20, 30]);
});

test('a behind room survives a reconnection with its old seq', async () => {
  const h = harness();
  await h.live();
  h.socket().cut();
  (await h.authenticate()).say(ready(), syncDone(10, true), posted(30));
  expect(await resumed(h)).toEqual(at(10));
});

test('a sync that never ends is asked for again', async () => {
  const h = harness();
  await h.live();
  h.socket().cut();
  const socket = await h.authenticate();
  socket.say(ready());
  for (let t = 0; t < 6; t++) {
    await h.clock.advance(5000);
    socket.say({ type: 'pong', t: 0 });
  }
  expect(socket.of('sync')).toEqual([{ type: 'sync', rooms: at(10) }]);
});

test('more than 500 rooms: the first with auth, the rest with sync, more: false at last', async () => {
  const h = harness();
  const rooms = Array.from({ length: 1100 }, (_, n) => room({ id: uuid(n) }));
  await h.live(
    ready({ rooms: rooms.slice(0, 600), more: true }),
    ready({ rooms: rooms.slice(600) }),
  );
  h.socket().cut();
  const socket = await h.authenticate();
  expect(socket.of('auth')[0]).toMatchObject({ more: true });
  expect(socket.of('auth')[0]?.resume).toHaveLength(500);
  expect(socket.of('sync').map(({ rooms, more }) => [rooms.length, more])).toEqual([
    [500, true],
    [100, false],
  ]);
});

test('a room that one was thrown out of while away is gone, and not resumed again', async () => {
  const h = harness();
  await h.live();
  h.socket().cut();
  const socket = await h.authenticate();
  socket.say(ready({ rooms: [] }), {
    type: 'error',
    code: 'NOT_A_MEMBER',
    message: 'no',
    ref: ROOM,
  });
  expect(h.client.state).toBe('live');
  expect(h.client.rooms.get(ROOM)?.membership).toBe('left');
  expect(await resumed(h)).toBeUndefined();
});

test('coming back into a room begins with its reset, also when that is cut off', async () => {
  const h = harness();
  const socket = await h.live();
  socket.say(posted(11), left(12, ALICE));
  expect(h.client.rooms.get(ROOM)?.membership).toBe('left');
  socket.say(joined(20, ALICE), syncState({ reset: true, messages: [message(11), message(15)] }));
  expect(h.client.rooms.get(ROOM)).toMatchObject({ membership: 'joining', seq: null });
  expect(await resumed(h)).toEqual(at(0));
  h.socket().say(
    ready({ rooms: [room({ last_seq: 21 })] }),
    syncState({ reset: true, messages: [message(11), message(15)] }),
    syncDone(21),
    posted(22),
  );
  expect(h.client.rooms.get(ROOM)).toMatchObject({ membership: 'member', seq: 22 });
  expect(h.events('message').map((e) => e.message.seq)).toEqual([11, 15, 22]);
});

test('a room that one left, and came back into while away, begins anew', async () => {
  const h = harness();
  (await h.live()).say(posted(11), left(12, ALICE));
  expect(await resumed(h)).toBeUndefined();
  h.socket().say(ready({ rooms: [room({ last_seq: 30 })] }), posted(31));
  expect(h.client.rooms.get(ROOM)).toMatchObject({ membership: 'member', seq: 31 });
  expect(h.client.rooms.get(ROOM)?.messages.ordered.map(({ seq }) => seq)).toEqual([31]);
  expect(h.events('reset')).toEqual([{ roomId: ROOM }]);
});

test('a partial list of rooms is completed by a later one', async () => {
  const h = harness();
  const socket = await h.live(ready({ partial: true }));
  expect(h.client.state).toBe('live');
  socket.say(posted(11), ready({ rooms: [room(), room({ id: OTHER_ROOM, last_seq: 5 })] }));
  expect(await resumed(h)).toEqual([...at(11), ...at(5, OTHER_ROOM)]);
});
