import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { messageId, type Message, type Room } from '@parley/contracts';
import { clientIdAt, type Person } from './client.js';
import { openWorld, type World } from './world.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

let world: World;
let ann: Person;
let room: Room;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.pass(0);
  ann = await world.signUp('ann');
  room = await ann.makeGroup();
});

const send = (content: string, client_id: string) =>
  ann.post('/api/chat/send', { room_id: room.id, content, client_id });
const history = async () =>
  (await ann.get<{ items: Message[] }>(`/api/chat/rooms/${room.id}/messages`)).body.items;
/** A month later nobody is logged in any more. */
const logInAgain = async (): Promise<void> => {
  ann = await world.stranger.logIn(ann.username, ann.password);
};

describe('a message that is sent', () => {
  it('is answered with 201 as it stands in the room', async () => {
    const clientId = clientIdAt(world.ports.clock.now());
    const { status, body } = await send('hello', clientId);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: messageId(room.id, ann.id, clientId),
      room_id: room.id,
      client_id: clientId,
      content: 'hello',
      order: 1,
      sender: 'user',
      sender_id: ann.id,
      sender_name: 'ann',
    });
    expect(await history()).toEqual([body]);
  });

  it('before its author was kicked is answered to him, and nothing else of the room', async () => {
    const bob = await world.signUp('bob');
    await ann.post(`/api/chat/rooms/${room.id}/members`, { user_id: bob.id });
    const saying = (client_id: string) =>
      bob.post('/api/chat/send', { room_id: room.id, content: 'still me', client_id });
    const clientId = clientIdAt(world.ports.clock.now());
    const first = await saying(clientId);
    expect(first.status).toBe(201);
    await ann.delete(`/api/chat/rooms/${room.id}/members/${bob.id}`);
    expect(await saying(clientId)).toMatchObject({ status: 200, body: first.body });
    expect((await saying(clientIdAt(world.ports.clock.now() + 1))).status).toBe(404);
    expect((await bob.get(`/api/chat/rooms/${room.id}/messages`)).status).toBe(404);
  });

  it.each([
    ['at once', 0],
    ['a second later', SECOND],
    ['four and a half minutes later', 4.5 * MINUTE],
    ['six minutes later', 6 * MINUTE],
    ['thirteen minutes later', 13 * MINUTE],
    ['thirty days later', 30 * DAY],
  ])('again %s is answered with 200 and the first one', async (_, later) => {
    const clientId = clientIdAt(world.ports.clock.now());
    const first = await send('hello', clientId);
    await world.pass(later);
    await logInAgain();
    const second = await send('hello', clientId);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(await history()).toHaveLength(1);
  });

  it('again with another text is answered with the first one', async () => {
    const clientId = clientIdAt(world.ports.clock.now());
    const first = await send('hello', clientId);
    expect(await send('something else', clientId)).toMatchObject({ status: 200, body: first.body });
  });

  it('again after it was edited is answered as it is now', async () => {
    const clientId = clientIdAt(world.ports.clock.now());
    const { body } = await send('hello', clientId);
    await ann.patch(`/api/messages/${body.id}`, { content: 'hello!' });
    expect(await send('hello', clientId)).toMatchObject({
      status: 200,
      body: { content: 'hello!' },
    });
  });

  it('twenty times at once is one message', async () => {
    const clientId = clientIdAt(world.ports.clock.now());
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('hello', clientId)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(await history()).toHaveLength(1);
  });

  it('in upper case names the same message', async () => {
    const clientId = clientIdAt(world.ports.clock.now());
    const first = await send('hello', clientId);
    const second = await send('hello', clientId.toUpperCase());
    expect(second).toMatchObject({ status: 200, body: { id: first.body.id } });
  });

  it('without a client_id is another message each time', async () => {
    await ann.say(room.id, 'hello');
    await ann.say(room.id, 'hello');
    expect(await history()).toHaveLength(2);
  });
});

describe('an id that is not fresh', () => {
  it.each([
    ['of an hour ago', -60 * MINUTE],
    ['of a year ago', -365 * DAY],
    ['of an hour ahead', 60 * MINUTE],
    ['of 23 hours ahead', 23 * 60 * MINUTE],
  ])('%s is taken, once', async (_, shift) => {
    const clientId = clientIdAt(world.ports.clock.now() + shift);
    const answers = [await send('hello', clientId), await send('hello', clientId)];
    expect(answers.map(({ status }) => status)).toEqual([201, 200]);
    expect(await history()).toHaveLength(1);
  });

  it('of more than 24 h ahead is refused', async () => {
    const clientId = clientIdAt(world.ports.clock.now() + DAY + MINUTE);
    expect(await send('hello', clientId)).toMatchObject({
      status: 422,
      body: { code: 'VALIDATION_FAILED', errors: [{ path: 'client_id' }] },
    });
  });
});

describe('an Idempotency-Key', () => {
  const path = '/api/chat/send';
  it.each([
    ['that is a UUIDv7', () => clientIdAt(world.ports.clock.now())],
    ['that is any text', () => 'order-4711'],
  ])('%s is taken as client_id, now and a month later', async (_, mint) => {
    const key = mint();
    const body = { room_id: room.id, content: 'hello' };
    const first = await ann.with({ 'idempotency-key': key }).post(path, body);
    expect(first).toMatchObject({ status: 201, body: { client_id: key } });
    expect((await ann.with({ 'idempotency-key': key }).post(path, body)).status).toBe(200);
    await world.pass(30 * DAY);
    await logInAgain();
    const later = await ann.with({ 'idempotency-key': key }).post(path, body);
    expect(later).toMatchObject({ status: 200, body: first.body });
    expect(await history()).toHaveLength(1);
  });

  it('is refused when the body says otherwise, or it is no key', async () => {
    const body = { room_id: room.id, content: 'hello', client_id: 'one' };
    const other = await ann.with({ 'idempotency-key': 'other' }).post(path, body);
    expect(other).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED' } });
    const long = await ann.with({ 'idempotency-key': 'x'.repeat(201) }).post(path, body);
    expect(long.status).toBe(422);
  });
});

describe('the same client_id', () => {
  it('of another sender or room is another message', async () => {
    const clientId = clientIdAt(world.ports.clock.now());
    const bob = await world.signUp('bob');
    await ann.post(`/api/chat/rooms/${room.id}/members`, { user_id: bob.id });
    const other = await ann.makeGroup();
    const message = { content: 'hello', client_id: clientId };
    const answers = [
      await ann.post('/api/chat/send', { room_id: room.id, ...message }),
      await bob.post('/api/chat/send', { room_id: room.id, ...message }),
      await ann.post('/api/chat/send', { room_id: other.id, ...message }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(3);
  });

  it('that was void is answered with the same failure', async () => {
    const bob = await world.signUp('bob');
    const closed = await bob.makeGroup({ visibility: 'public' });
    // Another node posts for somebody who is no member yet.
    const clientId = clientIdAt(world.ports.clock.now());
    const { log_id } = world.ports.log.identity;
    const { partition, offset } = await world.append({
      v: 1,
      id: messageId(closed.id, ann.id, clientId),
      log: log_id,
      room_id: closed.id,
      born: new Date(world.ports.clock.now()).toISOString(),
      by: ann.id,
      type: 'message.posted',
      client_id: clientId,
      content: 'too early',
      sender_name: 'ann',
    });
    expect(await world.ports.projection.reached(partition, offset, 5000)).toBe(true);
    await ann.post(`/api/chat/rooms/${closed.id}/join`);
    const retry = await ann.post('/api/chat/send', {
      room_id: closed.id,
      content: 'too early',
      client_id: clientId,
    });
    expect(retry).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });
});
