import { expect, test } from '@jest/globals';
import type { Room } from '@parley/contracts';
import { running } from '../running.js';

const here = running();

test('two people have one private room, whoever asks first and how often', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const ask = (one: typeof alice, other: typeof alice) =>
    one.rest<Room>('POST', '/api/chat/rooms', { json: { kind: 'private', user_id: other.id } });

  const answers = await Promise.all([ask(alice, bob), ask(bob, alice), ask(alice, bob)]);
  answers.push(await ask(bob, alice));

  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 200, 200, 201]);
  for (const person of [alice, bob]) {
    const { items } = await person.must<{ items: Room[] }>('GET', '/api/chat/rooms');
    expect(items.filter(({ kind }) => kind === 'private')).toHaveLength(1);
  }
});

test('a private room is nobody else’s', async () => {
  const [alice, bob, carol] = await here.people('alice', 'bob', 'carol');
  const { id } = await alice.must<Room>('POST', '/api/chat/rooms', {
    json: { kind: 'private', user_id: bob.id },
  });
  const path = `/api/chat/rooms/${id}`;
  expect((await carol.rest('GET', path)).status).toBe(404);
  expect((await carol.rest('GET', `${path}/messages`)).status).toBe(404);
  expect((await carol.rest('POST', `${path}/join`)).status).toBe(404);
  const added = await alice.rest('POST', `${path}/members`, { json: { user_id: carol.id } });
  expect(added.status).toBeGreaterThanOrEqual(400);
});
