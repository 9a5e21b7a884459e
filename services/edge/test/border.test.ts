import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ClientFrame } from '@parley/contracts';
import { NativeSocket, mintClientId } from '@parley/testkit';
import { Rig, message, type EdgeRig, type RoomRig, type Somebody } from './rig.js';

let rig: Rig;
let edge: EdgeRig;
let ann: Somebody;
let room: RoomRig;
let hers: NativeSocket;
beforeAll(async () => {
  rig = await Rig.start();
  edge = await rig.edge();
  ann = await rig.somebody();
  room = await rig.room([ann]);
});
afterAll(() => rig.stop());
afterEach(() => expect(edge.fatal).toEqual([]));

const json = JSON.stringify;

describe('bad input is answered with an error, and the connection lives', () => {
  beforeAll(async () => {
    hers = await edge.connect(ann);
  });

  test.each([
    ['broken JSON', '{"type":', undefined],
    ['an array of frames', '[{"type":"ping","t":1}]', undefined],
    ['an unknown type', '{"type":"login"}', undefined],
    ['an unknown key', '{"type":"ping","t":1,"extra":true}', undefined],
    ['__proto__', '{"type":"ping","t":1,"__proto__":{"x":1}}', undefined],
    ['a missing room', '{"type":"typing"}', undefined],
    ['no UUID for a room', '{"type":"typing","room_id":"lobby"}', 'lobby'],
    ['a second auth', '{"type":"auth","token":"x"}', undefined],
  ])('%s', async (_, text, ref) => {
    hers.frames.length = 0;
    hers.sayRaw(text);
    const error = await hers.error();
    expect(error.code).toBe('VALIDATION_FAILED');
    expect(error.ref).toBe(ref);
    expect(await hers.lives()).toBe(true);
  });

  test('a binary frame', async () => {
    hers.frames.length = 0;
    hers.sayRaw(Buffer.from('{"type":"ping","t":1}'));
    expect(await hers.error()).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await hers.lives()).toBe(true);
  });
});

describe('a message is refused', () => {
  beforeAll(async () => {
    hers = await edge.connect(ann);
  });

  test.each([
    ['empty', { content: '' }, 'VALIDATION_FAILED'],
    ['too long', { content: 'é'.repeat(8_001) }, 'MESSAGE_TOO_LONG'],
    ['with NUL', { content: 'a\0b' }, 'VALIDATION_FAILED'],
    ['with half a surrogate pair', { content: 'a\ud800b' }, 'VALIDATION_FAILED'],
    ['into no room', { room_id: randomUUID() }, 'NOT_A_MEMBER'],
    ['with a v4 client_id', { client_id: randomUUID() }, 'VALIDATION_FAILED'],
    ['with an odd model', { model: '<script>' }, 'VALIDATION_FAILED'],
  ])('%s', async (_, more, code) => {
    const frame = { ...message(room, 'text'), ...more };
    hers.sayRaw(json(frame));
    expect(await hers.error(frame.client_id)).toMatchObject({ code });
    expect(await hers.lives()).toBe(true);
    expect(hers.all('message.posted')).toEqual([]);
  });

  test('but the longest in code points is taken', async () => {
    const frame = message(room, '😀'.repeat(8_000));
    hers.say(frame);
    const posted = await hers.heard('message.posted');
    expect(posted.content).toBe(frame.content);
  });
});

describe('what concerns a room of others is refused', () => {
  const frames: [string, (room_id: string) => ClientFrame, 'room' | 'client_id'][] = [
    ['read', (room_id) => ({ type: 'read', room_id, seq: 1 }), 'room'],
    ['typing', (room_id) => ({ type: 'typing', room_id }), 'room'],
    ['sync', (room_id) => ({ type: 'sync', rooms: [{ room_id, after: 1 }] }), 'room'],
    ['reply.stop', (room_id) => ({ type: 'reply.stop', room_id, reply_id: room_id }), 'room'],
    ['message.send', (room_id) => message({ id: room_id }, 'let me in'), 'client_id'],
  ];
  test.each(frames)('%s', async (_, frameOf, refersTo) => {
    const eve = await rig.somebody();
    const his = await edge.connect(eve);
    const frame = frameOf(room.id);
    his.say(frame);
    const ref = refersTo === 'room' ? room.id : 'client_id' in frame ? frame.client_id : '';
    expect(await his.error(ref)).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(await his.lives()).toBe(true);
  });
});

test('a stop of no reply is told so', async () => {
  hers = await edge.connect(ann);
  const reply_id = randomUUID();
  hers.say({ type: 'reply.stop', room_id: room.id, reply_id });
  expect(await hers.error(reply_id)).toMatchObject({ code: 'NOT_FOUND' });
});

test('twenty bad frames within a minute close the socket', async () => {
  hers = await edge.connect(ann);
  for (let n = 0; n < 20; n++) hers.sayRaw('nonsense');
  expect(await hers.closed()).toMatchObject({ code: 1008 });
  expect(hers.all('error')).toHaveLength(20);
});

test('a frame above 64 KiB closes the socket', async () => {
  hers = await edge.connect(ann);
  hers.say({ ...message(room, 'x'.repeat(70_000)), client_id: mintClientId() });
  expect(await hers.closed()).toMatchObject({ code: 1009 });
});

describe('a handshake', () => {
  const status = (headers: Record<string, string>): Promise<unknown> =>
    edge.open({ headers }).then(
      () => 'open',
      (error: Error) => error.message,
    );

  test('from a foreign page is refused', async () => {
    expect(await status({ Origin: 'https://evil.example' })).toContain('403');
    expect(await status({ Origin: 'null' })).toContain('403');
  });
  test('from the page of this server is taken', async () => {
    expect(await status({ Origin: new URL(edge.url.replace('ws', 'http')).origin })).toBe('open');
  });
  test('to another path is answered with 404', async () => {
    await expect(NativeSocket.open(`${edge.url}x`)).rejects.toThrow('404');
    await expect(NativeSocket.open(`${edge.url}/`)).resolves.toBeDefined();
  });
});
