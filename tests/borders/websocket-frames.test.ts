import { describe, expect, test } from '@jest/globals';
import { MAX_BAD_FRAMES_PER_MINUTE } from '@parley/contracts';
import { mintClientId } from '@parley/testkit';
import { running } from '../running.js';

const here = running();

const ROOM = '0f8fad5b-d9cb-469f-a165-70867728950e';
const send = { type: 'message.send', room_id: ROOM, client_id: mintClientId(), content: 'x' };
const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;

describe('a frame that is no frame of the protocol is answered and the socket lives on', () => {
  test.each<[string, string]>([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['half of a JSON', '{"type":"ping"'],
    ['a number', '42'],
    ['null', 'null'],
    ['an array', '[{"type":"ping","t":1}]'],
    ['no type', '{"t":1}'],
    ['an unknown type', '{"type":"shutdown"}'],
    ['a type of the server', '{"type":"message.posted","content":"x"}'],
    ['a type that is no text', '{"type":{"ping":1},"t":1}'],
    ['a type of every object', '{"type":"constructor"}'],
    ['a missing field', '{"type":"ping"}'],
    ['an unknown key', '{"type":"ping","t":1,"x":1}'],
    ['a wrong type of field', '{"type":"ping","t":"1"}'],
    ['a number that JSON cannot hold', '{"type":"ping","t":1e999}'],
    ['__proto__', '{"type":"ping","t":1,"__proto__":{"admin":true}}'],
    ['constructor', '{"type":"ping","t":1,"constructor":{"prototype":{"admin":true}}}'],
    ['an id that is none', JSON.stringify({ ...send, room_id: '../../etc/passwd' })],
    ['a client_id of another version', JSON.stringify({ ...send, client_id: ROOM })],
    ['an empty message', JSON.stringify({ ...send, content: '' })],
    ['a content that is no text', JSON.stringify({ ...send, content: ['x'] })],
    ['a negative seq', `{"type":"read","room_id":"${ROOM}","seq":-1}`],
    ['a seq beyond safe integers', `{"type":"read","room_id":"${ROOM}","seq":9007199254740993}`],
    ['a sync of no rooms', '{"type":"sync","rooms":[]}'],
    [
      'a sync of too many rooms',
      JSON.stringify({ type: 'sync', rooms: Array(501).fill({ room_id: ROOM, after: 0 }) }),
    ],
    ['60,000 brackets', deep],
  ])('%s', async (_name, frame) => {
    const [alice] = await here.people('alice');
    const socket = await alice.connect();
    socket.sayRaw(frame);
    expect(await socket.error()).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await socket.lives()).toBe(true);
    expect(socket.all('error')).toHaveLength(1);
    socket.close();
  });
});

test('a binary frame is no frame of the protocol either, whatever is in it', async () => {
  const [alice] = await here.people('alice');
  const socket = await alice.connect();
  socket.sayRaw(Buffer.from('{"type":"ping","t":1}'));
  expect(await socket.error()).toMatchObject({ code: 'VALIDATION_FAILED' });
  expect(await socket.lives()).toBe(true);
  expect(socket.all('pong')).toHaveLength(1);
});

test('a second auth is refused and changes nothing', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const socket = await alice.connect();
  socket.say({ type: 'auth', token: await bob.token() });
  expect(await socket.error()).toMatchObject({ code: 'VALIDATION_FAILED' });
  expect(await socket.lives()).toBe(true);
  expect(socket.all('auth.success').map(({ user }) => user.id)).toEqual([alice.id]);
});

describe('a text that no log can hold is refused with its client_id', () => {
  test.each([
    ['a NUL', 'a\u0000b', 'VALIDATION_FAILED'],
    ['half of a surrogate pair', 'a\ud800b', 'VALIDATION_FAILED'],
    ['more than the longest message', 'x'.repeat(8_001), 'MESSAGE_TOO_LONG'],
  ])('%s', async (_name, content, code) => {
    const [alice] = await here.people('alice');
    const room = await alice.createGroup('Texts');
    const socket = await alice.connect();
    const client_id = mintClientId();
    socket.say({ type: 'message.send', room_id: room.id, client_id, content });
    expect(await socket.error(client_id)).toMatchObject({ code });
    expect(await socket.lives()).toBe(true);
    expect(await alice.history(room.id)).toEqual([]);
  });

  test('8,000 characters outside the basic plane are not too long', async () => {
    const [alice] = await here.people('alice');
    const room = await alice.createGroup('Texts');
    const socket = await alice.connect();
    const client_id = mintClientId();
    const content = '😀'.repeat(8_000);
    socket.say({ type: 'message.send', room_id: room.id, client_id, content });
    const posted = await socket.heard('message.posted', (frame) => frame.client_id === client_id);
    expect(posted.content).toBe(content);
  });

  test('a client_id from more than a day ahead', async () => {
    const [alice] = await here.people('alice');
    const room = await alice.createGroup('Clocks');
    const socket = await alice.connect();
    const client_id = mintClientId(Date.now() + 25 * 3_600_000);
    socket.say({ type: 'message.send', room_id: room.id, client_id, content: 'from tomorrow' });
    expect(await socket.error(client_id)).toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});

test(`${MAX_BAD_FRAMES_PER_MINUTE} bad frames within a minute close the socket with 1008`, async () => {
  const [alice] = await here.people('alice');
  const socket = await alice.connect();
  for (let i = 0; i < MAX_BAD_FRAMES_PER_MINUTE; i++) socket.sayRaw('bad');
  expect((await socket.closed()).code).toBe(1008);
  expect(socket.all('error').length).toBeGreaterThanOrEqual(MAX_BAD_FRAMES_PER_MINUTE - 1);
  expect(await (await alice.connect()).lives()).toBe(true);
});

describe('what is no text frame ends the socket, and only that socket', () => {
  const over64KiB = JSON.stringify({ type: 'ping', t: 1, x: 'x'.repeat(65_536) });
  test.each<[string, string | Uint8Array, number]>([
    ['a frame over 64 KiB', over64KiB, 1009],
    ['half of a UTF-8 character', Buffer.from([0xe2, 0x82]), 1007],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe]), 1007],
  ])('%s', async (_name, data, code) => {
    const [alice] = await here.people('alice');
    const other = await alice.connect();
    const socket = await alice.connect();
    socket.socket.send(data, { binary: false });
    expect((await socket.closed()).code).toBe(code);
    expect(await other.lives()).toBe(true);
  });

  test('a message of 100,000 fragments', async () => {
    const [alice] = await here.people('alice');
    const other = await alice.connect();
    const socket = await alice.connect();
    for (let i = 0; i < 100_000 && socket.socket.readyState === 1; i++)
      socket.socket.send('x', { fin: false });
    expect((await socket.closed(20_000)).code).toBeGreaterThanOrEqual(1006);
    expect(await other.lives()).toBe(true);
  });
});

test('pollution by keys of every object reaches nobody', async () => {
  const [alice] = await here.people('alice');
  const socket = await alice.connect();
  for (const key of ['__proto__', 'constructor', 'prototype', 'toString'])
    socket.sayRaw(`{"type":"ping","t":1,"${key}":{"role":"admin"}}`);
  await socket.lives();
  expect(socket.all('error')).toHaveLength(4);
  const { body } = await alice.rest('GET', '/api/auth/me');
  expect(body).toMatchObject({ id: alice.id, role: 'user' });
});
