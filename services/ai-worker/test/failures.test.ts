import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Mishap } from '@parley/scripted-model';
import { Conversation } from './conversation.js';
import { startRig, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.rest());
afterAll(() => rig.stop());

const pieces = () => ['one ', 'two ', 'three'];

async function askWith(mishap: (call: number) => Mishap | undefined) {
  let calls = 0;
  await rig.work({
    config: { stallMs: 300 },
    rehearsal: { pieces, mishap: (call) => ((calls = call + 1), mishap(call)) },
  });
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('go');
  const settled = await rig.heard.settled(reply, 25_000);
  const attempts = rig.heard.startsOf(reply).map(({ attempt }) => attempt);
  expect(rig.heard.textOf(reply, settled.claim).text).toBe(settled.content);
  return { settled, attempts, calls };
}

test('a busy provider is asked again within the same attempt', async () => {
  const busy: Mishap = { kind: 'refused', status: 429, retryAfterMs: 50 };
  const { settled, attempts, calls } = await askWith((call) => (call < 2 ? busy : undefined));
  expect(settled).toMatchObject({ status: 'completed', content: 'one two three', attempt: 1 });
  expect({ attempts, calls }).toEqual({ attempts: [1], calls: 3 });
});

test.each(['cut', 'stall', 'broken', 'malformed'] as const)(
  '%s after some text: a new attempt under a new claim',
  async (kind) => {
    const { settled, attempts } = await askWith((call) =>
      call === 0 ? { kind, after: 2 } : undefined,
    );
    expect(settled).toMatchObject({ status: 'completed', content: 'one two three', attempt: 2 });
    expect(attempts).toEqual([1, 2]);
  },
);

test('the third failed attempt is the end, with what it had written, for all to see', async () => {
  const { settled, attempts } = await askWith((call) => ({ kind: 'cut', after: call }));
  expect(settled).toMatchObject({
    status: 'failed',
    content: 'one two ',
    error: { code: 'AI_ERROR' },
  });
  expect(attempts).toEqual([1, 2, 3]);
});

test('a provider that cannot be asked at all is the end, too', async () => {
  const { settled, attempts, calls } = await askWith(() => ({ kind: 'refused', status: 401 }));
  expect(settled).toMatchObject({ status: 'failed', content: '', error: { code: 'AI_ERROR' } });
  expect({ attempts, calls }).toEqual({ attempts: [1, 2, 3], calls: 3 });
});

test('an iterator that ignores its abort does not hold the answer up', async () => {
  let calls = 0;
  const model = {
    name: 'deaf',
    countTokens: (text: string) => text.length,
    contextTokens: () => 8_192,
    stream: async function* () {
      calls += 1;
      yield { text: 'a word' };
      if (calls === 1) await new Promise(() => undefined);
      yield { usage: { prompt_tokens: 1, completion_tokens: 1 } };
    },
  };
  await rig.work({ model, config: { stallMs: 200 } });
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('go');
  expect(await rig.heard.settled(reply)).toMatchObject({ status: 'completed', attempt: 2 });
});
