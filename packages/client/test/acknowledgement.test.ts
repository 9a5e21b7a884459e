/** A send lives until it is acknowledged, under one client_id. */
import { expect, test } from '@jest/globals';
import type { ClientFrameOf } from '@parley/contracts';
import { settle } from './support/fake-clock.js';
import {
  ALICE,
  BOB,
  OTHER_ROOM,
  ROOM,
  message,
  posted,
  ready,
  room,
  syncDone,
  syncState,
} from './support/fixtures.js';
import { harness, type FakeSocket } from './support/harness.js';

const sends = (socket: FakeSocket) => socket.of('message.send');
const echo = (frame: ClientFrameOf<'message.send'> | undefined, seq: number) =>
  posted(seq, {
    client_id: frame?.client_id ?? '',
    content: frame?.content ?? '',
    sender_id: ALICE,
  });

test("the room's own event with the client_id acknowledges", async () => {
  const { client, live, events } = harness();
  const socket = await live();
  const sent = client.send(ROOM, 'hello');
  expect(client.pending(ROOM)).toMatchObject([{ content: 'hello', status: 'sent', tries: 1 }]);
  socket.say(echo(sends(socket)[0], 11));
  expect(await sent).toMatchObject({ seq: 11, content: 'hello', sender_id: ALICE });
  expect(client.pending(ROOM)).toEqual([]);
  expect(events('message').map((e) => e.message.seq)).toEqual([11]);
});

test("somebody else's message with the same client_id does not", async () => {
  const { client, live } = harness();
  const socket = await live();
  void client.send(ROOM, 'hello').catch(() => undefined);
  const id = sends(socket)[0]?.client_id ?? '';
  socket.say(posted(11, { client_id: id, sender_id: BOB }));
  expect(client.pending(ROOM)).toHaveLength(1);
});

test('without an answer it is sent again with the same client_id', async () => {
  const { client, clock, live } = harness();
  const socket = await live();
  const sent = client.send(ROOM, 'hello');
  await clock.advance(10_000);
  const [first, second] = sends(socket);
  expect(second).toEqual(first);
  const now = message(11, { client_id: first?.client_id ?? '', sender_id: ALICE });
  socket.say({ ...echo(first, 11), repeated: true, message: now });
  expect((await sent).id).toBe(now.id);
});

test('after a reconnection it is sent again, in order, once the room is synced', async () => {
  const { client, live, authenticate } = harness();
  const first = await live();
  const sent = [client.send(ROOM, 'one'), client.send(ROOM, 'two')];
  const [one] = sends(first);
  first.cut();
  const second = await authenticate();
  second.say(ready());
  expect(sends(second)).toEqual([]);
  second.say(syncDone(10));
  expect(sends(second)).toEqual([one]);
  second.say({ ...echo(one, 11), repeated: true });
  expect(sends(second).map(({ content }) => content)).toEqual(['one', 'two']);
  second.say(echo(sends(second)[1], 12));
  expect((await Promise.all(sent)).map(({ seq }) => seq)).toEqual([11, 12]);
});

test("its row in the room's sync acknowledges too", async () => {
  const { client, live, authenticate } = harness();
  const first = await live();
  const sent = client.send(ROOM, 'one');
  const client_id = sends(first)[0]?.client_id ?? '';
  first.cut();
  const second = await authenticate();
  const row = message(11, { client_id, sender_id: ALICE, content: 'one' });
  second.say(ready(), syncState({ messages: [row] }), syncDone(11));
  expect((await sent).seq).toBe(11);
  expect(sends(second)).toEqual([]);
});

test.each([
  ['UNAVAILABLE', 3000],
  ['RATE_LIMIT_EXCEEDED', 7000],
] as const)('%s: sent again with the same client_id, when it says', async (code, wait) => {
  const { client, clock, live } = harness();
  const socket = await live();
  const sent = client.send(ROOM, 'hello');
  const ref = sends(socket)[0]?.client_id ?? '';
  socket.say({ type: 'error', code, message: 'later', ref, retry_after_ms: wait });
  expect(client.pending(ROOM)[0]?.status).toBe('waiting');
  await clock.advance(wait - 1);
  expect(sends(socket)).toHaveLength(1);
  await clock.advance(1);
  expect(sends(socket).map(({ client_id }) => client_id)).toEqual([ref, ref]);
  socket.say(echo(sends(socket)[1], 11));
  await sent;
});

test.each([
  ['MESSAGE_TOO_LONG', undefined],
  ['VALIDATION_FAILED', undefined],
  ['NOT_A_MEMBER', 'not_a_member'],
  ['FORBIDDEN', 'forbidden'],
  ['CONFLICT', 'room_deleted'],
] as const)('%s rejects, and the next one is sent', async (code, reason) => {
  const { client, live } = harness();
  const socket = await live();
  const sent = client.send(ROOM, 'no');
  void client.send(ROOM, 'next').catch(() => undefined);
  const ref = sends(socket)[0]?.client_id ?? '';
  socket.say({
    type: 'error',
    code,
    message: 'no',
    ref,
    ...(reason === undefined ? {} : { reason }),
  });
  await expect(sent).rejects.toMatchObject({ code, reason: reason ?? null, clientId: ref });
  expect(sends(socket).map(({ content }) => content)).toEqual(['no', 'next']);
});

test('STALE never entered the room: sent again a few times under the same id, then rejected', async () => {
  const { client, clock, live } = harness();
  const socket = await live();
  const sent = client.send(ROOM, 'hello');
  const outcome = expect(sent).rejects.toMatchObject({ code: 'STALE', reason: 'stale' });
  const ref = sends(socket)[0]?.client_id ?? '';
  for (let i = 0; i < 4; i++) {
    socket.say({ type: 'error', code: 'STALE', message: 'late', ref, reason: 'stale' });
    for (let t = 0; t < 100 && client.pending(ROOM)[0]?.status === 'waiting'; t++) {
      await clock.advance(100);
    }
  }
  expect(sends(socket).map(({ client_id }) => client_id)).toEqual([ref, ref, ref, ref]);
  await outcome;
});

test('a stranger only because the server does not know all rooms yet: sent again', async () => {
  const { client, clock, live } = harness();
  const socket = await live(ready({ partial: true }));
  const sent = client.send(ROOM, 'hello');
  const ref = sends(socket)[0]?.client_id ?? '';
  socket.say({ type: 'error', code: 'NOT_A_MEMBER', message: 'no', ref });
  await clock.advance(4000);
  expect(sends(socket).map(({ client_id }) => client_id)).toEqual([ref, ref]);
  socket.say(ready(), { type: 'error', code: 'NOT_A_MEMBER', message: 'no', ref });
  await expect(sent).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
});

test('a room waits for its head, other rooms do not', async () => {
  const { client, live } = harness();
  const socket = await live(ready({ rooms: [room(), room({ id: OTHER_ROOM })] }));
  for (const text of ['a', 'b']) void client.send(ROOM, text).catch(() => undefined);
  void client.send(OTHER_ROOM, 'c').catch(() => undefined);
  expect(sends(socket).map(({ content }) => content)).toEqual(['a', 'c']);
});

test('more may be under way where order does not matter', async () => {
  const { client, live } = harness({ inFlightPerRoom: 3 });
  const socket = await live();
  for (const text of ['a', 'b', 'c', 'd']) void client.send(ROOM, text).catch(() => undefined);
  expect(sends(socket).map(({ content }) => content)).toEqual(['a', 'b', 'c']);
  socket.say(echo(sends(socket)[1], 11));
  expect(sends(socket).map(({ content }) => content)).toEqual(['a', 'b', 'c', 'd']);
});

test('what cannot be sent is refused at once', async () => {
  const { client, live } = harness({ maxPending: 1 });
  const socket = await live();
  await expect(client.send(ROOM, '')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  await expect(client.send(ROOM, '語'.repeat(30_000))).rejects.toMatchObject({
    code: 'MESSAGE_TOO_LONG',
  });
  void client.send(ROOM, 'one').catch(() => undefined);
  await expect(client.send(ROOM, 'two')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(sends(socket)).toHaveLength(1);
});

test('closing rejects what is pending and leaves no timer', async () => {
  const { client, clock, live } = harness();
  const socket = await live();
  const sent = client.send(ROOM, 'hello');
  client.close();
  await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(client.send(ROOM, 'later')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(socket.closed).toBe(true);
  await settle();
  expect(clock.timers).toBe(0);
});
