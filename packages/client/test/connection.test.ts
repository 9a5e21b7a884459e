/** Keeping a connection: deadlines, signs of life, fresh tokens, leaving politely. */
import { expect, test } from '@jest/globals';
import { CLOSE, ParleyError } from '@parley/contracts';
import { settle } from './support/fake-clock.js';
import { ROOM, posted, ready } from './support/fixtures.js';
import { harness } from './support/harness.js';

test('the states of a life', async () => {
  const h = harness();
  const socket = await h.live();
  socket.cut();
  await h.clock.advance(250);
  h.client.close();
  expect(h.events('state').map(({ state }) => state)).toEqual([
    ...['connecting', 'authenticating', 'syncing', 'live'],
    ...['waiting', 'connecting', 'closed'],
  ]);
});

test('a socket that does not open in time is let go', async () => {
  const h = harness();
  h.client.connect();
  await settle();
  await h.clock.advance(10_000);
  expect(h.socket().closed).toBe(true);
  expect(h.client.state).toBe('waiting');
});

test('a server that does not authenticate in time is let go', async () => {
  const h = harness();
  h.client.connect();
  await settle();
  h.socket().onopen?.();
  await h.clock.advance(10_000);
  expect(h.sockets[0]?.closed).toBe(true);
});

test('silence is asked for a sign of life; none within 5 s, and the socket is dead', async () => {
  const h = harness();
  const socket = await h.live();
  await h.clock.advance(20_000);
  expect(socket.of('ping')).toHaveLength(1);
  socket.say({ type: 'pong', t: 0 });
  await h.clock.advance(15_000);
  expect(h.client.state).toBe('live');
  expect(socket.of('ping')).toHaveLength(2);
  await h.clock.advance(5_250);
  expect(socket.closed).toBe(true);
  expect(h.sockets.length).toBeGreaterThan(1);
});

test('a frame that cannot be read ends the connection: resuming leaves no gap', async () => {
  const h = harness();
  const socket = await h.live();
  socket.say(posted(11));
  socket.onmessage?.('{"type":"mess');
  expect(h.client.state).toBe('waiting');
  expect(h.events('error').map(({ error }) => error.code)).toEqual(['INTERNAL']);
  expect((await h.authenticate()).of('auth')[0]?.resume).toEqual([{ room_id: ROOM, after: 11 }]);
});

test('a frame of a newer server is left alone', async () => {
  const h = harness();
  (await h.live()).say({ type: 'fireworks' } as never, posted(11));
  expect(h.client.state).toBe('live');
  expect(h.events('message')).toHaveLength(1);
});

test('4401 asks once for a fresh token, then it is over', async () => {
  const h = harness();
  await h.authenticate();
  h.socket().cut(CLOSE.unauthenticated);
  await h.clock.advance(250);
  expect(h.tokens).toEqual([{ fresh: false }, { fresh: true }]);
  h.socket().cut(CLOSE.unauthenticated, 'forged');
  expect(h.client.state).toBe('closed');
  expect(h.client.closeReason).toMatchObject({ code: CLOSE.unauthenticated, reason: 'forged' });
});

test('a revoked session is over, with its pending sends', async () => {
  const h = harness();
  const socket = await h.live();
  const sent = h.client.send(ROOM, 'hello');
  socket.cut(CLOSE.sessionRevoked, 'session revoked');
  expect(h.client.state).toBe('closed');
  await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(h.clock.timers).toBe(0);
});

test('a token that cannot be had now is asked for again; one that never can be ends it', async () => {
  let failure: Error = new ParleyError('UNAVAILABLE', 'later');
  let tries = 0;
  const h = harness({
    token: async () => {
      tries++;
      throw failure;
    },
  });
  h.client.connect();
  await settle();
  expect(h.client.state).toBe('waiting');
  await h.clock.advance(30_000);
  expect(tries).toBeGreaterThan(3);
  expect(h.client.state).toBe('waiting');
  failure = new ParleyError('AUTH_FAILED', 'wrong password');
  await h.clock.advance(10_000);
  expect(h.client.closeReason).toMatchObject({ error: { code: 'AUTH_FAILED' } });
});

test('a draining edge is left when it closes, and not before it says', async () => {
  const h = harness();
  const socket = await h.live();
  socket.say({ type: 'draining', retry_after_ms: 3000 });
  expect(h.client.state).toBe('live');
  socket.cut(CLOSE.restart);
  await h.clock.advance(2999);
  expect(h.sockets).toHaveLength(1);
  await h.clock.advance(251);
  expect(h.sockets).toHaveLength(2);
});

test('connect() cuts a wait short, and begins anew after a close', async () => {
  const h = harness();
  (await h.live()).cut();
  h.client.connect();
  await settle();
  expect(h.sockets).toHaveLength(2);
  h.client.close();
  h.client.connect();
  await settle();
  expect(h.sockets).toHaveLength(3);
});

test('an answer of an earlier try is ignored', async () => {
  const h = harness();
  const first = await h.live();
  const say = first.onmessage;
  first.cut();
  await h.authenticate();
  say?.(JSON.stringify(ready()));
  expect(h.client.state).toBe('syncing');
});

test('read marks wait for a connection; typing does not, and is not repeated within 3 s', async () => {
  const h = harness();
  const socket = await h.live();
  socket.say(posted(11), posted(12));
  expect(h.client.rooms.get(ROOM)?.room?.unread_count).toBe(2);
  h.client.typing(ROOM);
  h.client.typing(ROOM);
  expect(socket.of('typing')).toHaveLength(1);
  socket.cut();
  h.client.read(ROOM, 11);
  h.client.read(ROOM, 12);
  h.client.typing(ROOM);
  expect(h.client.rooms.get(ROOM)?.room).toMatchObject({ unread_count: 0, last_read_seq: 12 });
  const next = await h.authenticate();
  next.say(ready());
  expect(next.of('read')).toEqual([{ type: 'read', room_id: ROOM, seq: 12 }]);
  expect(next.of('typing')).toEqual([]);
});

test('what is read as it is told is not unread', async () => {
  const h = harness();
  h.client.on('message', ({ roomId, message }) => h.client.read(roomId, message.seq));
  const socket = await h.live();
  socket.say(posted(11));
  expect(h.client.rooms.get(ROOM)?.room?.unread_count).toBe(0);
  expect(socket.of('read')).toHaveLength(1);
});

test('a listener that throws disturbs nobody', async () => {
  const errors: unknown[] = [];
  const h = harness({ onListenerError: (error) => errors.push(error) });
  h.client.on('message', () => {
    throw new Error('mine');
  });
  (await h.live()).say(posted(11), posted(12));
  expect(errors).toHaveLength(2);
  expect(h.client.rooms.get(ROOM)?.seq).toBe(12);
});

test('onFrame sees every frame, as it went', async () => {
  const seen: string[] = [];
  const h = harness({ onFrame: (direction, frame) => seen.push(`${direction} ${frame.type}`) });
  (await h.live()).say(posted(11));
  expect(seen).toEqual(['out auth', 'in auth.success', 'in ready', 'in message.posted']);
});
