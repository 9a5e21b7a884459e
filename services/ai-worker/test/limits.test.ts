import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Conversation } from './conversation.js';
import { startRig, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.rest());
afterAll(() => rig.stop());

test('over a user’s budget a question is claimed and settled as failed, whatever the room', async () => {
  let calls = 0;
  const rehearsal = { pieces: () => (calls++, Array.from({ length: 20 }, () => 'tea ')) };
  await rig.work({ rehearsal, config: { userTokensPerDay: 1_000, maxAnswerTokens: 990 } });
  const owner = randomUUID();
  const talk = await new Conversation(rig.log, { owner }).begin();
  expect(await rig.heard.settled((await talk.ask('hi')).reply)).toMatchObject({
    status: 'completed',
  });
  const another = await new Conversation(rig.log, { owner }).begin();
  const refused = await another.ask('hi');
  expect(await rig.heard.settled(refused.reply)).toMatchObject({
    status: 'failed',
    content: '',
    error: { code: 'AI_BUDGET_EXCEEDED' },
  });
  const stranger = await new Conversation(rig.log).begin();
  expect(await rig.heard.settled((await stranger.ask('hi')).reply)).toMatchObject({
    status: 'completed',
  });
  expect(calls).toBe(2);
});

test('over a room’s budget likewise', async () => {
  await rig.work({ config: { roomTokensPerDay: 100 } });
  const talk = await new Conversation(rig.log).begin();
  expect(await rig.heard.settled((await talk.ask('hi')).reply)).toMatchObject({
    status: 'failed',
    error: { code: 'AI_BUDGET_EXCEEDED' },
  });
});

test('one question too many in a room is refused at once, the others keep their turn', async () => {
  await rig.work({ tokensPerSecond: 20, config: { maxRoomQueue: 2 } });
  const talk = await new Conversation(rig.log).begin();
  const asked = [];
  for (let i = 0; i < 4; i++) asked.push(await talk.ask('count to 300'));
  const last = asked.at(-1);
  expect(await rig.heard.settled(last?.reply ?? '')).toMatchObject({
    status: 'failed',
    error: { code: 'AI_BUSY' },
  });
  for (const { reply } of asked.slice(0, 3)) expect(rig.heard.settlementsOf(reply)).toEqual([]);
  for (const { reply } of asked.slice(0, 3)) {
    await talk.stop(reply);
    await rig.heard.settled(reply);
  }
});

test('more questions than a worker may hold are refused', async () => {
  await rig.work({ tokensPerSecond: 20, config: { maxStreams: 1, maxQueue: 1 } });
  const talks = await Promise.all(
    Array.from({ length: 3 }, () => new Conversation(rig.log).begin()),
  );
  const asked = [];
  for (const talk of talks) {
    asked.push(await talk.ask('count to 300'));
    if (asked.length === 1) await rig.heard.shown(asked[0]?.reply ?? '', 1);
  }
  const busy = await Promise.race(asked.map(({ reply }) => rig.heard.settled(reply)));
  expect(busy).toMatchObject({ status: 'failed', error: { code: 'AI_BUSY' } });
});
