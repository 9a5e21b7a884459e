import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Conversation } from './conversation.js';
import { startRig, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.rest());
afterAll(() => rig.stop());

test('the streams of one partition share their records, one per tick', async () => {
  await rig.work({
    tokensPerSecond: 500,
    config: { chunkTickMs: 50 },
    rehearsal: { pieces: () => Array.from({ length: 300 }, () => 'word ') },
  });
  const talks = await Promise.all(
    Array.from({ length: 8 }, () => new Conversation(rig.log, { partition: 0 }).begin()),
  );
  rig.heard.envelopes.length = 0;
  const asked = await Promise.all(talks.map((talk) => talk.ask('go')));
  await Promise.all(asked.map(({ reply }) => rig.heard.settled(reply)));
  const { envelopes } = rig.heard;
  // 2,400 pieces; a record for each stream and tick would make eight times as many.
  expect(envelopes.length).toBeLessThan(200);
  expect(Math.max(...envelopes)).toBeGreaterThanOrEqual(6);
  for (const { reply } of asked) {
    const [settled] = rig.heard.settlementsOf(reply);
    expect(settled?.content).toBe('word '.repeat(300));
    expect(rig.heard.textOf(reply, settled?.claim ?? null).text).toBe(settled?.content);
  }
});

test('the whole text is repeated now and then, for viewers who came late', async () => {
  await rig.work({ tokensPerSecond: 50, config: { fullTextEveryMs: 200 } });
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('count to 40');
  await rig.heard.settled(reply);
  const deltas = rig.heard.chunks.filter((delta) => delta.reply_id === reply);
  const whole = deltas.filter(({ offset }) => offset === 0);
  expect(whole.length).toBeGreaterThan(2);
  expect(whole.at(-1)?.text.length).toBeGreaterThan(20);
});
