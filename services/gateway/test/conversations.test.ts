import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message, Room } from '@parley/contracts';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  world = await openWorld();
  [ann, bob] = await Promise.all([world.signUp('ann'), world.signUp('bob')]);
});
afterAll(() => world.close());
const make = async (fields: object = {}): Promise<Room> =>
  (await ann.post<Room>('/api/conversations/', fields)).body;
const titles = async (query = ''): Promise<unknown[]> => {
  const { body } = await ann.get<{ items: Room[] }>(`/api/conversations/${query}`);
  return body.items.map((room) => room.title);
};

describe('a conversation', () => {
  it('is a room of one person and the assistant', async () => {
    const { status, body } = await ann.post('/api/conversations/', {
      title: 'A talk',
      model: 'gpt-4o-mini',
      system_prompt: 'Be brief.',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'conversation',
      name: 'A talk',
      title: 'A talk',
      model: 'gpt-4o-mini',
      system_prompt: 'Be brief.',
      assistant: { mode: 'always', model: 'gpt-4o-mini' },
      member_count: 1,
    });
    expect((await ann.post('/api/conversations/')).status).toBe(201);
  });

  it.each(['PATCH', 'PUT'])('is changed by %s, only in what is named', async (method) => {
    const room = await make({ title: 'A talk', system_prompt: 'Be brief.' });
    const changed = await ann.send(method, `/api/conversations/${room.id}`, { title: 'Another' });
    expect(changed.body).toMatchObject({ title: 'Another', system_prompt: 'Be brief.' });
    const model = await ann.send(method, `/api/conversations/${room.id}`, { model: 'gpt-4o-mini' });
    expect(model.body).toMatchObject({
      title: 'Another',
      model: 'gpt-4o-mini',
      system_prompt: 'Be brief.',
    });
  });

  it('deleted leaves the list, is still answered, and comes back when it is wanted', async () => {
    const room = await make({ title: 'Doomed' });
    const path = `/api/conversations/${room.id}`;
    expect((await ann.delete(path)).status).toBe(204);
    expect((await ann.get(path)).body).toMatchObject({ status: 'Deleted' });
    expect(await titles()).not.toContain('Doomed');
    expect(await titles('?status=Deleted')).toContain('Doomed');
    const posted = await ann.post(`${path}/messages`, { content: 'too late' });
    expect(posted.body.code).toBe('CONFLICT');
    const renamed = await ann.patch(path, { title: 'Still doomed' });
    expect(renamed.body.code).toBe('CONFLICT');

    const back = await ann.patch(path, { status: 'Active', title: 'Saved' });
    expect(back).toMatchObject({ status: 200, body: { status: 'Active', title: 'Saved' } });
    expect(await titles()).toContain('Saved');
    expect((await ann.post(`${path}/messages`, { content: 'in time' })).status).toBe(201);
    const gone = await ann.patch(path, { status: 'Deleted', title: 'Gone' });
    expect(gone.body).toMatchObject({ status: 'Deleted', title: 'Gone' });
  });

  it('asks the assistant with every message, the model of the message first', async () => {
    const room = await make({ model: 'gpt-4o-mini' });
    const path = `/api/conversations/${room.id}/messages`;
    await ann.post(path, { content: 'one' });
    await ann.post(path, { content: 'two', model: 'gpt-4o' });
    const { replies } = await world.ports.rooms.roomsOf(ann.id);
    const asked = replies.filter((reply) => reply.room_id === room.id);
    expect(asked.map((reply) => reply.model).sort()).toEqual(['gpt-4o', 'gpt-4o-mini']);
    const { body } = await ann.get<{ items: Message[] }>(path);
    expect(body.items.map((message) => message.content)).toEqual(['one', 'two']);
  });

  it('is nobody else’s', async () => {
    const room = await make();
    expect((await bob.get(`/api/conversations/${room.id}`)).status).toBe(404);
    const added = await ann.post(`/api/chat/rooms/${room.id}/members`, { user_id: bob.id });
    expect(added).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  it('is not a group, nor a group one', async () => {
    const group = await ann.makeGroup();
    expect((await ann.get(`/api/conversations/${group.id}`)).status).toBe(404);
    expect((await ann.get(`/api/conversations/${group.id}/messages`)).status).toBe(404);
    expect((await ann.delete(`/api/conversations/${group.id}`)).status).toBe(404);
  });

  it('is found by its title', async () => {
    await make({ title: '旅行計劃' });
    expect(await titles(`?search=${encodeURIComponent('旅行')}`)).toEqual(['旅行計劃']);
  });
});

describe('the models', () => {
  it('are those of the settings', async () => {
    expect((await ann.get('/api/models')).body).toEqual({
      items: [
        { id: 'gpt-4o', default: true },
        { id: 'gpt-4o-mini', default: false },
      ],
    });
  });
});
