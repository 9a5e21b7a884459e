/** Who is answered what, for every route of a room: 404 to those who are not in it, 403 to members without the role. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message, Room } from '@parley/contracts';
import type { Client, Person } from './client.js';
import { openWorld, type World } from './world.js';

const NOBODY = '0b8f1f0e-0000-4000-8000-00000000000a';
const REPLY = '0b8f1f0e-0000-5000-8000-00000000000b';

let world: World;
let owner: Person;
let member: Person;
let stranger: Person;
let room: Room;
let message: Message;
beforeAll(async () => {
  world = await openWorld();
  [owner, member, stranger] = await Promise.all([
    world.signUp('owner'),
    world.signUp('member'),
    world.signUp('stranger'),
  ]);
  room = await owner.makeGroup({}, member);
  message = await owner.say(room.id, 'hello');
});
afterAll(() => world.close());

/** Every route that names a room, a message or an answer, with a body that is right. */
type Route = readonly [method: string, path: () => string, body?: object];
const routes: readonly Route[] = [
  ['GET', () => `/api/chat/rooms/${room.id}`],
  ['PATCH', () => `/api/chat/rooms/${room.id}`, { name: 'Mine now' }],
  ['DELETE', () => `/api/chat/rooms/${room.id}`],
  ['POST', () => `/api/chat/rooms/${room.id}/join`],
  ['POST', () => `/api/chat/rooms/${room.id}/leave`],
  ['GET', () => `/api/chat/rooms/${room.id}/members`],
  ['POST', () => `/api/chat/rooms/${room.id}/members`, { user_id: NOBODY }],
  ['PATCH', () => `/api/chat/rooms/${room.id}/members/${member.id}`, { role: 'admin' }],
  ['DELETE', () => `/api/chat/rooms/${room.id}/members/${owner.id}`],
  ['POST', () => `/api/chat/rooms/${room.id}/members/${owner.id}/ban`],
  ['POST', () => `/api/chat/rooms/${room.id}/read`, { seq: 1 }],
  ['GET', () => `/api/chat/rooms/${room.id}/presence`],
  ['GET', () => `/api/chat/rooms/${room.id}/messages`],
  ['POST', () => `/api/chat/rooms/${room.id}/messages`, { content: 'hello' }],
  ['POST', () => '/api/chat/send', { room_id: 'room', content: 'hello' }],
  ['GET', () => `/api/conversations/${room.id}`],
  ['PATCH', () => `/api/conversations/${room.id}`, { title: 'Mine now' }],
  ['PUT', () => `/api/conversations/${room.id}`, { title: 'Mine now' }],
  ['DELETE', () => `/api/conversations/${room.id}`],
  ['GET', () => `/api/conversations/${room.id}/messages`],
  ['POST', () => `/api/conversations/${room.id}/messages`, { content: 'hello' }],
  ['PATCH', () => `/api/messages/${message.id}`, { content: 'changed' }],
  ['DELETE', () => `/api/messages/${message.id}`],
  ['PUT', () => `/api/messages/${message.id}/reactions/👍`],
  ['DELETE', () => `/api/messages/${message.id}/reactions/👍`],
  ['POST', () => `/api/messages/${message.id}/regenerate`],
  ['POST', () => `/api/replies/${REPLY}/stop`],
];
const call = (client: Client, [method, path, body]: Route) =>
  client.send(
    method,
    path(),
    body !== undefined && 'room_id' in body ? { ...body, room_id: room.id } : body,
  );
const named = routes.map(
  (route) => [`${route[0]} ${String(route[1]).slice(6, -1)}`, route] as const,
);

describe('to somebody who is not logged in', () => {
  it.each(named)('%s is 401', async (_, route) => {
    expect(await call(world.stranger, route)).toMatchObject({
      status: 401,
      body: { code: 'AUTH_REQUIRED' },
    });
  });
});

describe('to somebody who is not in the room', () => {
  it.each(named)('%s is 404, as if it were not there', async (_, route) => {
    const there = await call(stranger, route);
    expect(there).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const [method, path, body] = route;
    const elsewhere = path().replaceAll(room.id, NOBODY).replaceAll(message.id, NOBODY);
    const absent = await stranger.send(
      method,
      elsewhere,
      body !== undefined && 'room_id' in body ? { ...body, room_id: NOBODY } : body,
    );
    expect({ ...absent.body, request_id: '' }).toEqual({ ...there.body, request_id: '' });
  });

  it('nothing of it was changed', async () => {
    const { body } = await owner.get<{ items: Message[] }>(`/api/chat/rooms/${room.id}/messages`);
    expect(body.items).toEqual([message]);
    expect((await owner.get(`/api/chat/rooms/${room.id}`)).body).toMatchObject({
      name: 'A group',
      status: 'Active',
      member_count: 2,
    });
  });

  it('its rooms are in no list', async () => {
    for (const list of ['/api/chat/rooms', '/api/chat/rooms?scope=public', '/api/conversations']) {
      expect((await stranger.get(list)).body.items).toEqual([]);
    }
  });
});

describe('to a member without the role', () => {
  const forbidden: readonly Route[] = [
    ['PATCH', () => `/api/chat/rooms/${room.id}`, { name: 'Mine now' }],
    ['DELETE', () => `/api/chat/rooms/${room.id}`],
    ['POST', () => `/api/chat/rooms/${room.id}/members`, { user_id: NOBODY }],
    ['PATCH', () => `/api/chat/rooms/${room.id}/members/${member.id}`, { role: 'owner' }],
    ['DELETE', () => `/api/chat/rooms/${room.id}/members/${owner.id}`],
    ['POST', () => `/api/chat/rooms/${room.id}/members/${owner.id}/ban`],
    ['PATCH', () => `/api/messages/${message.id}`, { content: 'changed' }],
    ['DELETE', () => `/api/messages/${message.id}`],
  ];
  it.each(
    forbidden.map((route) => [`${route[0]} ${String(route[1]).slice(6, -1)}`, route] as const),
  )('%s is 403', async (_, route) => {
    expect(await call(member, route)).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });
});

describe('to an admin', () => {
  it('an owner is out of reach, a member is not', async () => {
    const [admin, other] = [await world.signUp('admin'), await world.signUp('other')];
    const group = await owner.makeGroup({}, admin, other);
    const members = `/api/chat/rooms/${group.id}/members`;
    await owner.patch(`${members}/${admin.id}`, { role: 'admin' });
    expect((await admin.delete(`${members}/${owner.id}`)).status).toBe(403);
    expect((await admin.post(`${members}/${owner.id}/ban`)).status).toBe(403);
    expect((await admin.patch(`${members}/${owner.id}`, { role: 'member' })).status).toBe(403);
    expect((await admin.patch(`${members}/${other.id}`, { role: 'owner' })).status).toBe(403);
    expect((await admin.post(members, { user_id: stranger.id, role: 'owner' })).status).toBe(403);
    expect((await admin.delete(`/api/chat/rooms/${group.id}`)).status).toBe(403);
    expect((await admin.patch(`/api/chat/rooms/${group.id}`, { name: 'Ours' })).status).toBe(200);
    expect((await admin.delete(`${members}/${other.id}`)).status).toBe(204);
  });
});
