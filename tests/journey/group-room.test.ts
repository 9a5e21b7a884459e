import { expect, test } from '@jest/globals';
import { mintClientId } from '@parley/testkit';
import { running } from '../running.js';
import { chunksOf, composed, settled } from './answer.js';

const here = running();

test('two people and the model share one room, in one order for both', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Kitchen', [bob]);
  const atAlice = await alice.connect();
  const atBob = await bob.connect();
  const say = (socket: typeof atAlice, content: string): string => {
    const client_id = mintClientId();
    socket.say({ type: 'message.send', room_id: room.id, client_id, content });
    return client_id;
  };

  // Both at once: who comes first is the log's to decide, but it is the same for both.
  for (let i = 0; i < 10; i++) {
    say(atAlice, `from alice ${i}`);
    say(atBob, `from bob ${i}`);
  }
  const asked = say(atAlice, '@ai count to 40');
  const question = await atBob.heard('message.posted', (frame) => frame.client_id === asked);
  const endForBob = await settled(atBob, question.id);
  const endForAlice = await settled(atAlice, question.id);
  const last = say(atBob, 'thanks');
  await atAlice.heard('message.posted', (frame) => frame.client_id === last);
  await atBob.heard('message.posted', (frame) => frame.client_id === last);

  const order = atAlice.eventsOf(room.id).map(({ seq }) => seq);
  expect(order).toHaveLength(24); // 22 messages, the answer's start and end
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(new Set(order).size).toBe(order.length);
  expect(atBob.eventsOf(room.id)).toEqual(atAlice.eventsOf(room.id));

  expect(endForBob.status).toBe('completed');
  expect(endForBob.content).toContain('38, 39, 40');
  const { reply_id } = endForBob;
  expect(chunksOf(atBob, reply_id).length).toBeGreaterThan(3);
  expect(composed(atBob, reply_id)).toBe(endForBob.content);
  expect(composed(atAlice, reply_id)).toBe(endForAlice.content);

  const heard = [...atBob.all('message.posted'), ...atBob.all('reply.settled')]
    .sort((a, b) => a.seq - b.seq)
    .map(({ seq, order, content }) => ({ seq, order, content }));
  const history = await bob.history(room.id, heard.at(-1)?.seq);
  expect(history.map(({ seq, order, content }) => ({ seq, order, content }))).toEqual(heard);
  expect(history.map(({ order }) => order)).toEqual(history.map((_, index) => index + 1));
  expect(await alice.history(room.id)).toEqual(history);
});

test('repeating a client_id over another border yields the same message, shown once', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Once', [bob]);
  const atBob = await bob.connect();
  const client_id = mintClientId();
  const send = { type: 'message.send', room_id: room.id, client_id, content: 'only once' } as const;

  const first = await alice.connect();
  first.say(send);
  const posted = await first.heard('message.posted');
  first.cut();
  const second = await alice.connect();
  second.say(send);
  const echo = await second.heard('message.posted', (frame) => frame.repeated === true);
  const answer = await alice.rest('POST', '/api/chat/send', {
    json: { room_id: room.id, client_id, content: 'only once' },
  });

  expect(echo.id).toBe(posted.id);
  expect(echo.seq).toBe(posted.seq);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ id: posted.id, seq: posted.seq });
  await atBob.lives();
  expect(atBob.all('message.posted').filter(({ id }) => id === posted.id)).toHaveLength(1);
  expect(await alice.history(room.id, posted.seq)).toHaveLength(1);
});
