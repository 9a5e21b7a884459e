import { expect, test } from '@jest/globals';
import { mintClientId, type NativeSocket } from '@parley/testkit';
import { running } from '../running.js';

const here = running();

test('nothing after a kick reaches the kicked; the others go on', async () => {
  const [alice, bob, carol] = await here.people('alice', 'bob', 'carol');
  const room = await alice.createGroup('Kick', [bob, carol]);
  const [atAlice, atBob, atCarol] = [
    await alice.connect(),
    await bob.connect(),
    await carol.connect(),
  ];
  const send = (socket: NativeSocket, content: string): string => {
    const client_id = mintClientId();
    socket.say({ type: 'message.send', room_id: room.id, client_id, content });
    return client_id;
  };

  // Messages run before, during and after the kick.
  for (let i = 0; i < 20; i++) send(atAlice, `before ${i}`);
  const kicked = alice.must('DELETE', `/api/chat/rooms/${room.id}/members/${bob.id}`);
  for (let i = 0; i < 20; i++) send(atCarol, `during ${i}`);
  await kicked;
  const after = send(atCarol, 'after');
  await atAlice.heard('message.posted', (frame) => frame.client_id === after);
  const left = await atBob.heard('member.left');
  await atBob.lives();

  expect(left).toMatchObject({ user_id: bob.id, reason: 'kicked', by: alice.id });
  const heardByBob = atBob.eventsOf(room.id);
  expect(heardByBob.at(-1)).toEqual(left);
  const heardByCarol = atCarol.eventsOf(room.id);
  expect(heardByBob).toEqual(heardByCarol.filter(({ seq }) => seq <= left.seq));
  expect(heardByCarol.filter(({ type }) => type === 'message.posted')).toHaveLength(41);

  const refused = send(atBob, 'I am still here');
  expect(await atBob.error(refused)).toMatchObject({ code: 'NOT_A_MEMBER' });
  expect((await bob.rest('GET', `/api/chat/rooms/${room.id}/messages`)).status).toBe(404);
  const again = await bob.connect([{ room_id: room.id, after: left.seq }]);
  expect(await again.error(room.id)).toMatchObject({ code: 'NOT_A_MEMBER' });
  const ready = again.all('ready').flatMap(({ rooms }) => rooms);
  expect(ready.map(({ id }) => id)).not.toContain(room.id);
});

test('who is added while connected gets the room without asking', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Add');
  const atAlice = await alice.connect();
  const atBob = await bob.connect();
  const client_id = mintClientId();
  atAlice.say({ type: 'message.send', room_id: room.id, client_id, content: 'long ago' });
  await atAlice.heard('message.posted');

  await alice.must('POST', `/api/chat/rooms/${room.id}/members`, { json: { user_id: bob.id } });
  await atBob.heard('member.joined', (frame) => frame.user_id === bob.id);
  const state = await atBob.heard('sync.state', (frame) => frame.room_id === room.id);
  await atBob.heard('sync.done', (frame) => frame.room_id === room.id);

  expect(state.reset).toBe(true);
  expect(state.messages.map(({ content }) => content)).toEqual(['long ago']);
  expect(state.members.map(({ user_id }) => user_id).sort()).toEqual([alice.id, bob.id].sort());
});
