import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Conversation } from './conversation.js';
import { startRig, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.rest());
afterAll(() => rig.stop());

test('a stop ends the provider’s call at once and keeps the text so far, and who stopped it', async () => {
  let aborted: number | undefined;
  await rig.work({
    tokensPerSecond: 50,
    rehearsal: {
      pieces: ({ signal }) => {
        signal.addEventListener('abort', () => (aborted = performance.now()), { once: true });
        return Array.from({ length: 10_000 }, (_, i) => `${i} `).slice(0, 4_000);
      },
    },
  });
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('go');
  await rig.heard.shown(reply, 20);
  const asked = performance.now();
  await talk.stop(reply);
  const settled = await rig.heard.settled(reply);
  expect((aborted ?? Infinity) - asked).toBeLessThan(500);
  expect(settled).toMatchObject({ status: 'stopped', stopped_by: talk.owner, attempt: 1 });
  expect(settled.content.length).toBeGreaterThanOrEqual(20);
  expect(settled.content).toBe(rig.heard.textOf(reply, settled.claim).text);
  expect(settled.usage?.completion_tokens).toBeGreaterThan(0);
});

test('a stop before anybody claimed the question settles it without a claim', async () => {
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('go');
  await talk.stop(reply);
  await rig.work();
  expect(await rig.heard.settled(reply)).toMatchObject({
    status: 'stopped',
    claim: null,
    content: '',
  });
  expect(rig.heard.startsOf(reply)).toEqual([]);
});

test('a question deleted meanwhile ends its answer', async () => {
  await rig.work({ tokensPerSecond: 20 });
  const talk = await new Conversation(rig.log).begin();
  const asked = await talk.ask('count to 500');
  await rig.heard.shown(asked.reply, 10);
  await talk.remove(asked);
  const settled = await rig.heard.settled(asked.reply);
  expect(settled).toMatchObject({ status: 'stopped', stopped_by: null });
  expect(rig.heard.settlementsOf(asked.reply)).toHaveLength(1);
});

test('whatever is stopped while it waits for its turn is never begun', async () => {
  await rig.work({ tokensPerSecond: 20 });
  const talk = await new Conversation(rig.log).begin();
  const first = await talk.ask('count to 500');
  const second = await talk.ask('count to 600');
  await rig.heard.shown(first.reply, 10);
  await talk.stop(second.reply);
  expect(await rig.heard.settled(second.reply)).toMatchObject({ status: 'stopped', claim: null });
  expect(rig.heard.settlementsOf(first.reply)).toEqual([]);
});
