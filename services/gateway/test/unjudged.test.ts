/** What is answered while the projection, or the database, does not keep up. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ParleyError, type Message, type Room } from '@parley/contracts';
import { AppendOutcomeUnknown } from '@parley/ports';
import { clientIdAt, type Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
let ann: Person;
let room: Room;
beforeEach(async () => {
  world = await openWorld();
  ann = await world.signUp('ann');
  room = await ann.makeGroup();
});
afterEach(() => world.close());
const contents = async (): Promise<string[]> => {
  const { body } = await ann.get<{ items: Message[] }>(`/api/chat/rooms/${room.id}/messages`);
  return body.items.map((message) => message.content);
};

describe('while nothing is projected', () => {
  it('a write is 202 with its id, and happens later, once', async () => {
    await world.stopProjecting();
    const client_id = clientIdAt(world.ports.clock.now());
    const fields = { room_id: room.id, content: 'hello', client_id };
    const sent = await ann.post('/api/chat/send', fields);
    expect(sent).toMatchObject({ status: 202, body: { id: expect.any(String) } });
    const again = await ann.post('/api/chat/send', fields);
    expect(again).toMatchObject({ status: 202, body: { id: sent.body.id } });
    const renamed = await ann.patch(`/api/chat/rooms/${room.id}`, { name: 'New' });
    expect(renamed.status).toBe(202);

    await world.startProjecting();
    const after = await ann.post('/api/chat/send', { ...fields });
    expect(after).toMatchObject({ status: 200, body: { id: sent.body.id } });
    expect(await contents()).toEqual(['hello']);
    expect((await ann.get(`/api/chat/rooms/${room.id}`)).body.name).toBe('New');
  });

  it('a new room is 202 with the id of the room', async () => {
    await world.stopProjecting();
    const { status, body } = await ann.post('/api/conversations', { title: 'A talk' });
    expect(status).toBe(202);
    await world.startProjecting();
    const seen = await ann.post('/api/conversations', {});
    expect(seen.status).toBe(201);
    expect((await ann.get(`/api/conversations/${body.id}`)).body.title).toBe('A talk');
  });

  it('a message that may have been sent before is 503, since that cannot be told', async () => {
    await world.stopProjecting();
    await ann.patch(`/api/chat/rooms/${room.id}`, { name: 'Not projected' });
    const client_id = clientIdAt(world.ports.clock.now() - 3_600_000);
    const fields = { room_id: room.id, content: 'hello', client_id };
    const refused = await ann.post('/api/chat/send', fields);
    expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    await world.startProjecting();
    expect((await ann.post('/api/chat/send', fields)).status).toBe(201);
    expect(await contents()).toEqual(['hello']);
  });
});

describe('while the database is away', () => {
  it('everything is 503', async () => {
    const away = () => Promise.reject(new ParleyError('UNAVAILABLE', 'away'));
    Object.assign(world.ports.rooms, { access: away, list: away });
    expect((await ann.get('/api/chat/rooms')).body.code).toBe('UNAVAILABLE');
    const sent = await ann.post('/api/chat/send', { room_id: room.id, content: 'hello' });
    expect(sent).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  });

  it('what was appended just before is 202, not a failure that invites a second try', async () => {
    const away = () => Promise.reject(new ParleyError('UNAVAILABLE', 'away'));
    const { verdict } = world.ports.rooms;
    Object.assign(world.ports.rooms, { verdict: away });
    const made = await ann.post('/api/chat/rooms', { kind: 'group', name: 'Once' });
    expect(made.status).toBe(202);
    Object.assign(world.ports.rooms, { verdict });
    expect((await ann.get(`/api/chat/rooms/${made.body.id}`)).body.name).toBe('Once');
  });
});

describe('while the log does not answer', () => {
  it('a write is 503: it may be there or not', async () => {
    const append = () => Promise.reject(new AppendOutcomeUnknown('no answer within 60 s'));
    Object.assign(world.ports.log, { append });
    const sent = await ann.post('/api/chat/send', { room_id: room.id, content: 'hello' });
    expect(sent).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(sent.headers.get('retry-after')).toBe('1');
  });
});
