import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message, Room } from '@parley/contracts';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

const SOMEBODY = '0b8f1f0e-0000-4000-8000-00000000000a';

let world: World;
let ann: Person;
let room: Room;
let message: Message;
beforeAll(async () => {
  world = await openWorld({ config: { messageMaxLength: 10 } });
  ann = await world.signUp('ann');
  room = await ann.makeGroup();
  message = await ann.say(room.id, 'hello');
});
afterAll(() => world.close());

/** Every route that takes a body, with one that is right. */
const bodies: readonly (readonly [method: string, path: () => string, body: object])[] = [
  ['POST', () => '/api/auth/register', { username: 'bob', password: 'long enough' }],
  ['POST', () => '/api/auth/login', { username: 'bob', password: 'long enough' }],
  ['POST', () => '/api/auth/refresh', { refresh_token: 'x' }],
  ['POST', () => '/api/auth/logout', { refresh_token: 'x' }],
  ['PATCH', () => '/api/auth/me', { display_name: 'Ann' }],
  ['POST', () => '/api/conversations', { title: 'x' }],
  ['PATCH', () => `/api/conversations/${room.id}`, { title: 'x' }],
  ['PUT', () => `/api/conversations/${room.id}`, { title: 'x' }],
  ['POST', () => `/api/conversations/${room.id}/messages`, { content: 'x' }],
  ['POST', () => '/api/chat/rooms', { kind: 'group', name: 'x' }],
  ['POST', () => '/api/chat/rooms', { kind: 'group', name: 'x', assistant: { mode: 'off' } }],
  ['PATCH', () => `/api/chat/rooms/${room.id}`, { name: 'x' }],
  ['POST', () => `/api/chat/rooms/${room.id}/members`, { user_id: SOMEBODY }],
  ['PATCH', () => `/api/chat/rooms/${room.id}/members/${ann.id}`, { role: 'owner' }],
  ['POST', () => `/api/chat/rooms/${room.id}/read`, { seq: 1 }],
  ['POST', () => `/api/chat/rooms/${room.id}/messages`, { content: 'x' }],
  ['POST', () => '/api/chat/send', { room_id: SOMEBODY, content: 'x' }],
  ['PATCH', () => `/api/messages/${message.id}`, { content: 'x' }],
  ['POST', () => `/api/messages/${message.id}/regenerate`, { model: 'gpt-4o' }],
];
const named = bodies.map(
  ([method, path, body]) => [`${method} ${String(path).slice(6)}`, method, path, body] as const,
);
const refused = { status: 422, body: { code: 'VALIDATION_FAILED' } };

describe('a body', () => {
  it.each(named)('of %s may have no unknown key', async (_, method, path, body) => {
    expect(await ann.send(method, path(), { ...body, unknown: 1 })).toMatchObject(refused);
  });

  it.each(named)('of %s may reach for no prototype', async (_, method, path, body) => {
    const json = JSON.stringify(body);
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const poisoned = `${json.slice(0, -1)},"${key}":{"role":"admin"}}`;
      expect(await ann.send(method, path(), poisoned)).toMatchObject(refused);
    }
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it.each(named)('of %s may have no value of another type', async (_, method, path, body) => {
    for (const [key, value] of Object.entries(body)) {
      const wrong = typeof value === 'number' ? String(value) : 7;
      expect(await ann.send(method, path(), { ...body, [key]: wrong })).toMatchObject(refused);
      expect(await ann.send(method, path(), { ...body, [key]: [value] })).toMatchObject(refused);
      expect(await ann.send(method, path(), { ...body, [key]: { $ne: null } })).toMatchObject(
        refused,
      );
    }
  });

  it.each(named)('of %s is an object', async (_, method, path) => {
    expect(await ann.send(method, path(), [])).toMatchObject(refused);
  });

  it('may nest without harm', async () => {
    const deep = `{"username":${'['.repeat(30_000)}${']'.repeat(30_000)},"password":"x"}`;
    expect(await ann.send('POST', '/api/auth/login', deep)).toMatchObject(refused);
  });
});

describe('a query', () => {
  it.each([
    '/api/chat/rooms?unknown=1',
    '/api/chat/rooms?limit=0',
    '/api/chat/rooms?limit=101',
    '/api/chat/rooms?limit=ten',
    '/api/chat/rooms?limit=1&limit=2',
    '/api/chat/rooms?limit[]=1',
    '/api/chat/rooms?scope=all',
    '/api/chat/rooms?__proto__=1',
    '/api/conversations?status=Gone',
    '/api/users?search=a%00b',
    '/api/models?x=1',
  ])('%s is refused', async (path) => {
    expect(await ann.get(path)).toMatchObject(refused);
  });

  it.each([
    'before=-1',
    'after=x',
    'before=1&after=2',
    'cursor=x',
    'cursor=YWZ0ZXI6MQ',
    'at_least=-1',
  ])('%s of a history is refused', async (query) => {
    expect(await ann.get(`/api/chat/rooms/${room.id}/messages?${query}`)).toMatchObject(refused);
  });
});

describe('a text', () => {
  const post = (content: string) => ann.post(`/api/chat/rooms/${room.id}/messages`, { content });

  it.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', 'a\ud83d'],
    ['the other half', '\ude00b'],
  ])('with %s is refused', async (_, content) => {
    expect(await post(content)).toMatchObject(refused);
    expect(await ann.patch(`/api/messages/${message.id}`, { content })).toMatchObject(refused);
  });

  it('is measured in code points', async () => {
    expect((await post('😀'.repeat(10))).status).toBe(201);
    for (const answer of [
      await post('😀'.repeat(11)),
      await ann.patch(`/api/messages/${message.id}`, { content: 'x'.repeat(11) }),
    ]) {
      expect(answer).toMatchObject({ status: 413, body: { code: 'MESSAGE_TOO_LONG' } });
    }
  });

  it.each(['<b>&amp;', '“quotes”', '中文 العربية', 'a\r\n\tb', '\u202eabc', "'; DROP--"])(
    'is kept as it was sent: %j',
    async (content) => {
      const { status, body } = await post(content);
      expect({ status, content: body.content }).toEqual({ status: 201, content });
      const { body: page } = await ann.get<{ items: Message[] }>(
        `/api/chat/rooms/${room.id}/messages`,
      );
      expect(page.items.at(-1)?.content).toBe(content);
    },
  );

  it('must not be empty', async () => {
    expect(await post('')).toMatchObject(refused);
  });

  it('may not ask a model that is not there', async () => {
    const asking = { content: 'x', model: 'gpt-9' };
    expect(await ann.post(`/api/chat/rooms/${room.id}/messages`, asking)).toMatchObject(refused);
    expect(await ann.post('/api/conversations', { model: 'gpt-9' })).toMatchObject(refused);
  });
});
