import { expect, test } from '@jest/globals';
import { mintClientId } from '@parley/testkit';
import { running } from '../running.js';
import { chunksOf, composed, settled } from './answer.js';

const here = running();

test('who is cut off in mid-answer comes back and ends with the same text', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Long answers', [bob]);
  const atAlice = await alice.connect();
  const before = await bob.connect();
  const client_id = mintClientId();
  atAlice.say({
    type: 'message.send',
    room_id: room.id,
    client_id,
    content: '@ai count to 120',
  });
  const question = await before.heard('message.posted', (frame) => frame.client_id === client_id);
  const { reply_id } = await before.heard('reply.chunk');
  const started = await before.heard('reply.started');
  before.cut();

  const after = await bob.connect([{ room_id: room.id, after: started.seq }]);
  const done = await after.heard('sync.done', (frame) => frame.room_id === room.id);
  const first = await after.heard('reply.chunk', (chunk) => chunk.reply_id === reply_id);
  const end = await settled(after, question.id);
  const endForAlice = await settled(atAlice, question.id);

  expect(done.through).toBeGreaterThanOrEqual(started.seq);
  expect(first.offset).toBe(0); // the text so far comes whole
  expect(chunksOf(after, reply_id).length).toBeGreaterThan(3);
  expect(composed(after, reply_id)).toBe(end.content);
  expect(end).toEqual(endForAlice);
  expect(after.all('reply.started')).toHaveLength(0); // it had seen that one
});

test('who was away hears what was missed once, in order, and then what is live', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Away', [bob]);
  const atAlice = await alice.connect();
  const send = async (content: string): Promise<number> => {
    const client_id = mintClientId();
    atAlice.say({ type: 'message.send', room_id: room.id, client_id, content });
    return (await atAlice.heard('message.posted', (frame) => frame.client_id === client_id)).seq;
  };
  const before = await bob.connect();
  const seen = await send('seen');
  await before.heard('message.posted', ({ seq }) => seq === seen);
  before.cut();
  for (let i = 0; i < 5; i++) await send(`missed ${i}`);

  const after = await bob.connect([{ room_id: room.id, after: seen }]);
  await after.heard('sync.done');
  const live = await send('live');
  await after.heard('message.posted', ({ seq }) => seq === live);

  const heard = [
    ...after.all('sync.state').flatMap((state) => state.messages),
    ...after.all('message.posted'),
  ];
  expect(heard.map(({ content }) => content)).toEqual([
    ...Array.from({ length: 5 }, (_, i) => `missed ${i}`),
    'live',
  ]);
  expect(after.all('sync.state').some((state) => state.reset)).toBe(false);
});
