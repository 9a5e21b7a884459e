import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { until } from '@parley/testkit';
import { Conversation } from './conversation.js';
import { startRig, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.rest());
afterAll(() => rig.stop());

test('a question is claimed, answered piece by piece and settled with the whole text', async () => {
  await rig.work();
  const talk = await new Conversation(rig.log).begin();
  const { reply, question, seq } = await talk.ask('count to 30');
  const settled = await rig.heard.settled(reply);
  expect(settled).toMatchObject({ status: 'completed', attempt: 1, question_id: question });
  expect(settled.content).toMatch(/1, 2, 3.* 30$/);
  expect(settled.usage?.completion_tokens).toBeGreaterThan(10);

  const [started] = rig.heard.startsOf(reply);
  expect(started).toMatchObject({ seq: settled.claim, context_upto: seq, model: 'gpt-4o' });
  expect(started?.reserved).toBeGreaterThan(4_096);
  expect(rig.heard.textOf(reply, settled.claim)).toEqual({
    claim: settled.claim,
    text: settled.content,
    complete: true,
  });
  const message = await until('the message', 5_000, () => rig.messages.find(settled.message_id));
  expect(message.message).toMatchObject({ content: settled.content, sender: 'ai' });
});

test('what a question asks before any worker is there is answered when one comes', async () => {
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('hello');
  await until('the question', 5_000, () => rig.messages.countAsks(reply, 'x').then(() => true));
  await rig.work();
  expect(await rig.heard.settled(reply)).toMatchObject({ status: 'completed' });
});

test('half of a character waits for its other half; what no record can carry is replaced', async () => {
  const pieces = ['a\ud83d', '\ude00b', '\0', '\ud800x', '终\udc00', '\ud83d'];
  await rig.work({ rehearsal: { pieces: () => pieces } });
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('hello');
  const settled = await rig.heard.settled(reply);
  expect(settled.content).toBe('a😀b\ufffd\ufffdx终\ufffd\ufffd');
  expect(rig.heard.textOf(reply, settled.claim).text).toBe(settled.content);
  for (const { text } of rig.heard.chunks.filter((delta) => delta.reply_id === reply)) {
    expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  }
});

test('the prompt is the system prompt and this room’s history up to the question', async () => {
  const prompts: string[][] = [];
  await rig.work({
    rehearsal: {
      pieces: ({ messages }) => {
        prompts.push(messages.map(({ role, content }) => `${role}: ${content}`));
        return ['an answer'];
      },
    },
  });
  const other = await new Conversation(rig.log).begin();
  await rig.heard.settled((await other.ask('canary')).reply);
  const talk = await new Conversation(rig.log).begin('Be brief.');
  await rig.heard.settled((await talk.ask('first')).reply);
  await rig.heard.settled((await talk.ask('second')).reply);
  expect(prompts.at(-1)).toEqual([
    'system: Be brief.',
    'user: first',
    'assistant: an answer',
    'user: second',
  ]);
});
