import { expect, test } from '@jest/globals';
import { mintClientId, until } from '@parley/testkit';
import { running } from '../running.js';

const here = running();

test('people who share a room see each other come and go', async () => {
  const [alice, bob, carol] = await here.people('alice', 'bob', 'carol');
  const room = await alice.createGroup('Presence', [bob]);
  const atAlice = await alice.connect();
  const atCarol = await carol.connect(); // shares no room
  const atBob = await bob.connect();

  await atAlice.heard('presence', (frame) => frame.user_id === bob.id && frame.status === 'online');
  expect(atBob.all('ready').flatMap(({ online }) => online)).toContain(alice.id);
  const { items } = await alice.must<{ items: { user_id: string; status: string }[] }>(
    'GET',
    `/api/chat/rooms/${room.id}/presence`,
  );
  expect(Object.fromEntries(items.map(({ user_id, status }) => [user_id, status]))).toEqual({
    [alice.id]: 'online',
    [bob.id]: 'online',
  });

  atBob.close();
  await atAlice.heard(
    'presence',
    (frame) => frame.user_id === bob.id && frame.status === 'offline',
  );
  await atCarol.lives();
  expect(atCarol.all('presence')).toEqual([]);
});

test('unread counts rise with what others say and fall with the read mark, on all devices', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Unread', [bob]);
  const atAlice = await alice.connect();
  const atBob = await bob.connect();
  const unread = async (person: typeof bob): Promise<number> =>
    (await person.room(room.id)).unread_count;

  let last = 0;
  for (let i = 0; i < 3; i++) {
    const client_id = mintClientId();
    atAlice.say({ type: 'message.send', room_id: room.id, client_id, content: `news ${i}` });
    last = (await atBob.heard('message.posted', (frame) => frame.client_id === client_id)).seq;
  }
  await until('three unread messages', 5_000, async () => (await unread(bob)) === 3);
  expect(await unread(alice)).toBe(0); // one's own are not unread

  atBob.say({ type: 'read', room_id: room.id, seq: last });
  const seen = await atAlice.heard('read', (frame) => frame.room_id === room.id);
  expect(seen).toMatchObject({ user_id: bob.id, seq: last });
  await until('nothing unread', 5_000, async () => (await unread(bob)) === 0);
  const another = await bob.connect();
  const shown = another.all('ready').flatMap(({ rooms }) => rooms);
  expect(shown.find(({ id }) => id === room.id)).toMatchObject({
    unread_count: 0,
    last_read_seq: last,
  });
});

test('typing is shown to the others in the room', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Typing', [bob]);
  const atAlice = await alice.connect();
  const atBob = await bob.connect();
  atBob.say({ type: 'typing', room_id: room.id });
  expect(await atAlice.heard('typing')).toMatchObject({ room_id: room.id, user_id: bob.id });
});
