import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Conversation } from './conversation.js';
import { startRig, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.rest());
afterAll(() => rig.stop());

test('questions of one room are answered one after the other, rooms side by side', async () => {
  await rig.work({ tokensPerSecond: 100 });
  const slow = await new Conversation(rig.log, { partition: 0 }).begin();
  const quick = await new Conversation(rig.log, { partition: 0 }).begin();
  const first = await slow.ask('count to 60');
  const second = await slow.ask('count to 2');
  const other = await quick.ask('count to 2');
  await rig.heard.settled(second.reply);
  const order = rig.heard.applied.settled.map(({ reply_id }) => reply_id);
  expect(order).toEqual([other.reply, first.reply, second.reply]);
  const [began] = rig.heard.startsOf(second.reply);
  const ended = rig.heard
    .room(slow.id)
    .messages.get(rig.heard.settlementsOf(first.reply)[0]?.message_id ?? '');
  expect(began?.seq).toBeGreaterThan(ended?.content_seq ?? Infinity);
});
