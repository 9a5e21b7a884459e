import { expect, test } from '@jest/globals';
import { mintClientId } from '@parley/testkit';
import { running } from '../running.js';
import { expectProblem } from './refused.js';

const here = running({ RATE_LIMIT_MESSAGES: '5', RATE_LIMIT_MESSAGES_PER_SECOND: '5' });

test('messages over the limit are refused over every border, and what was accepted is kept', async () => {
  const [alice, bob] = await here.people('alice', 'bob');
  const room = await alice.createGroup('Limits', [bob]);
  const socket = await alice.connect();
  const ids = Array.from({ length: 8 }, () => mintClientId());
  for (const client_id of ids)
    socket.say({ type: 'message.send', room_id: room.id, client_id, content: 'quick' });
  for (const ref of ids.slice(5)) {
    const error = await socket.error(ref);
    expect(error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    expect(error.retry_after_ms).toBeGreaterThan(0);
  }
  await socket.heard('message.posted', ({ order }) => order === 5);

  const answer = await alice.rest('POST', `/api/chat/rooms/${room.id}/messages`, {
    json: { content: 'by REST' },
  });
  expectProblem(answer, 429, 'RATE_LIMIT_EXCEEDED');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);

  // A repeat of what is there already costs nothing; others are not limited.
  const [first = ''] = ids;
  socket.say({ type: 'message.send', room_id: room.id, client_id: first, content: 'quick' });
  await socket.heard('message.posted', (frame) => frame.repeated === true);
  const fromBob = await bob.rest('POST', `/api/chat/rooms/${room.id}/messages`, {
    json: { content: 'of another' },
  });
  expect(fromBob.status).toBe(201);
  expect(await socket.lives()).toBe(true);
  expect(await alice.history(room.id)).toHaveLength(6);
});
