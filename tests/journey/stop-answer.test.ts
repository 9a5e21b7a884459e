import { expect, test } from '@jest/globals';
import { mintClientId } from '@parley/testkit';
import { running } from '../running.js';
import { composed, settled } from './answer.js';

const here = running();

test('anyone in the room stops an answer; what was written so far is kept, for all', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Stop', [bob]);
  const atAlice = await alice.connect();
  const atBob = await bob.connect();
  const client_id = mintClientId();
  atAlice.say({
    type: 'message.send',
    room_id: room.id,
    client_id,
    content: '@ai count to 900',
  });
  const question = await atBob.heard('message.posted', (frame) => frame.client_id === client_id);
  const { reply_id } = await atBob.heard('reply.chunk', (chunk) => chunk.offset > 0);

  const from = performance.now();
  atBob.say({ type: 'reply.stop', room_id: room.id, reply_id });
  const end = await settled(atAlice, question.id);
  const took = performance.now() - from;

  expect(end.status).toBe('stopped');
  expect(end.stopped_by).toBe(bob.id);
  expect(end.content.length).toBeGreaterThan(0);
  expect(end.content).not.toContain('900');
  expect(end.content.startsWith(composed(atAlice, reply_id).slice(0, 20))).toBe(true);
  expect(took).toBeLessThan(3_000);
  const history = await alice.history(room.id, end.seq);
  expect(history.at(-1)).toMatchObject({
    id: end.message_id,
    sender: 'ai',
    content: end.content,
    reply: { reply_id, status: 'stopped', stopped_by: bob.id },
  });

  const again = await alice.rest('POST', `/api/replies/${reply_id}/stop`);
  expect(again).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
});
