import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Room } from '@parley/contracts';
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
const at = (room: Room): string => `/api/chat/rooms/${room.id}`;
const names = async (person: Person, query: string): Promise<(string | null)[]> => {
  const { body } = await person.get<{ items: Room[] }>(`/api/chat/rooms${query}`);
  return body.items.map((room) => room.name);
};

describe('a new group', () => {
  it('is private and answers when the assistant is mentioned, unless told otherwise', async () => {
    const { status, body } = await ann.post('/api/chat/rooms', {
      kind: 'group',
      name: ' Friends ',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'group',
      name: 'Friends',
      visibility: 'private',
      assistant: { mode: 'mention', model: null, system_prompt: null },
      created_by: ann.id,
      status: 'Active',
      member_count: 1,
      unread_count: 0,
      last_message: null,
    });
    const silent = await ann.makeGroup({ assistant: null, visibility: 'public' });
    expect(silent).toMatchObject({ assistant: null, visibility: 'public' });
  });
});

describe('a room', () => {
  it('is changed by its admins, only in what they name', async () => {
    const room = await ann.makeGroup({ name: 'Old' });
    const renamed = await ann.patch(at(room), { name: 'New' });
    expect(renamed).toMatchObject({ status: 200, body: { name: 'New', visibility: 'private' } });
    const assistant = { mode: 'always', model: 'gpt-4o-mini', system_prompt: 'Be brief.' };
    const changed = await ann.patch(at(room), { assistant, visibility: 'unlisted' });
    expect(changed.body).toMatchObject({ name: 'New', visibility: 'unlisted', assistant });
    expect((await ann.patch(at(room), {})).body).toEqual(changed.body);
  });

  it('is deleted by its owner: gone from lists, closed to writers, readable to its members', async () => {
    const room = await ann.makeGroup({ name: 'Doomed' }, bob);
    await bob.say(room.id, 'hello');
    expect((await ann.delete(at(room))).status).toBe(204);
    expect((await ann.delete(at(room))).status).toBe(204);
    expect((await bob.get(at(room))).body).toMatchObject({ id: room.id, status: 'Deleted' });
    expect((await bob.get(`${at(room)}/messages`)).body.items).toHaveLength(1);
    expect(await names(bob, '')).not.toContain('Doomed');
    for (const attempt of [
      await bob.post(`${at(room)}/messages`, { content: 'too late' }),
      await ann.patch(at(room), { name: 'Alive' }),
      await bob.post(`${at(room)}/leave`),
    ]) {
      expect(attempt).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    }
  });

  it('of two who change it at once keeps one change and says so to the other', async () => {
    const room = await ann.makeGroup();
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => ann.patch(at(room), { name })),
    );
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status === 409);
    expect(won.length + lost.length).toBe(4);
    expect(won.length).toBeGreaterThan(0);
    const { body } = await ann.get(at(room));
    expect(won.map((answer) => answer.body.name)).toContain(body.name);
  });
});

describe('the list of rooms', () => {
  it('has mine, those with the newest message first, a page at a time', async () => {
    const eve = await world.signUp('eve');
    const first = await eve.makeGroup({ name: 'first' });
    await eve.makeGroup({ name: 'second' });
    await eve.makeGroup({ name: 'third' });
    await eve.say(first.id, 'hello');
    expect(await names(eve, '')).toEqual(['first', 'third', 'second']);
    const page = await eve.get<{ items: Room[]; next_cursor: string }>('/api/chat/rooms?limit=2');
    expect(page.body.items.map((room) => room.name)).toEqual(['first', 'third']);
    const cursor = encodeURIComponent(page.body.next_cursor);
    const rest = await eve.get(`/api/chat/rooms?limit=2&cursor=${cursor}`);
    expect(rest.body).toMatchObject({ items: [{ name: 'second' }], next_cursor: null });
    expect(await names(eve, '?search=THI')).toEqual(['third']);
  });

  it('shows others the public ones alone', async () => {
    await ann.makeGroup({ name: 'seen', visibility: 'public' });
    await ann.makeGroup({ name: 'known', visibility: 'unlisted' });
    await ann.makeGroup({ name: 'hidden' });
    const listed = await names(bob, '?scope=public');
    expect(listed).toContain('seen');
    expect(listed).not.toContain('known');
    expect(listed).not.toContain('hidden');
  });

  it('shows a public room to those who are not in it, but not what is said there', async () => {
    const room = await ann.makeGroup({ visibility: 'public' });
    expect((await bob.get(at(room))).body).toMatchObject({ id: room.id });
    expect((await bob.get(`${at(room)}/messages`)).status).toBe(404);
    expect((await bob.get(`${at(room)}/members`)).status).toBe(404);
  });

  it('does not have conversations, which have a list of their own', async () => {
    await ann.post('/api/conversations', { title: 'A talk' });
    expect(await names(ann, '')).not.toContain('A talk');
  });
});
