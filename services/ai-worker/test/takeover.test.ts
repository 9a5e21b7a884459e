import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { EventLog } from '@parley/ports';
import { until } from '@parley/testkit';
import { Conversation } from './conversation.js';
import { startRig, type Rig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.rest());
afterAll(() => rig.stop());

test('an answer whose worker leaves in the middle is begun anew by another: a handover, no attempt', async () => {
  const first = await rig.work({ tokensPerSecond: 50 });
  const talks = await Promise.all(
    Array.from({ length: 6 }, () => new Conversation(rig.log).begin()),
  );
  const asked = await Promise.all(talks.map((talk) => talk.ask('count to 40')));
  await Promise.all(asked.map(({ reply }) => rig.heard.shown(reply, 20)));
  await rig.work({ tokensPerSecond: 400 });
  await first.stop();
  for (const { reply } of asked) {
    const settled = await rig.heard.settled(reply);
    expect(settled).toMatchObject({ status: 'completed', attempt: 1 });
    expect(settled.content).toMatch(/ 40$/);
    expect(rig.heard.textOf(reply, settled.claim).text).toBe(settled.content);
    expect(rig.heard.startsOf(reply).map(({ attempt }) => attempt)).toEqual([1, 1]);
    expect(rig.heard.settlementsOf(reply)).toHaveLength(1);
  }
});

test('an owner that made no progress counts as a failed attempt', async () => {
  const mute = new Set<string>();
  // The one who takes over has listened from the beginning, so it knows that nothing was written.
  await rig.work({ rehearsal: { pieces: () => ['an answer'] } });
  const silent = await rig.work({
    rehearsal: {
      pieces: ({ messages }) => (mute.add(messages.at(-1)?.content ?? ''), ['never']),
      mishap: () => ({ kind: 'stall', after: 0 }),
    },
  });
  const questions = Array.from({ length: 8 }, (_, i) => `question ${i}`);
  const asked = await Promise.all(
    questions.map(async (question, i) => {
      const talk = await new Conversation(rig.log, { partition: i % 2 }).begin();
      return { text: question, ...(await talk.ask(question)) };
    }),
  );
  await until('every provider', 10_000, () =>
    asked.every(({ reply, text }) => mute.has(text) || rig.heard.settlementsOf(reply).length > 0),
  );
  await silent.stop();
  for (const { reply, text } of asked) {
    const attempt = mute.has(text) ? 2 : 1;
    expect(await rig.heard.settled(reply)).toMatchObject({ status: 'completed', attempt });
  }
  expect(mute.size).toBeGreaterThan(0);
});

test('when the last attempt was another’s and made no progress, the answer has failed', async () => {
  await rig.work({ tokensPerSecond: 100 });
  const talk = await new Conversation(rig.log).begin();
  const first = await talk.ask('count to 20');
  const second = await talk.ask('go');
  await talk.claim(second, 3);
  await rig.heard.settled(first.reply);
  const settled = await rig.heard.settled(second.reply);
  expect(settled).toMatchObject({ status: 'failed', content: '', error: { code: 'AI_ERROR' } });
  expect(rig.heard.startsOf(second.reply).map(({ attempt }) => attempt)).toEqual([3, 3]);
});

test('an answer that is stopped while nobody owns it is settled by the next owner, with the text that was shown', async () => {
  const witness = await rig.work({ tokensPerSecond: 50 });
  const owner = await rig.work({ tokensPerSecond: 50 });
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('count to 100');
  await rig.heard.shown(reply, 30);
  // Both leave but for the one who has heard everything and now gains what the other had, or keeps what it had.
  await Promise.all([owner.stop(), talk.stop(reply)]);
  const settled = await rig.heard.settled(reply);
  expect(settled.status).toBe('stopped');
  expect(settled.content).toBe(rig.heard.textOf(reply, settled.claim).text);
  await witness.stop();
});

test('a stop is not held up by waiting to take an answer back from another owner', async () => {
  await rig.work({ tokensPerSecond: 50 });
  const talk = await new Conversation(rig.log).begin();
  const asked = await talk.ask('count to 500');
  await rig.heard.shown(asked.reply, 10);
  await talk.claim(asked, 1);
  await rig.heard.started(asked.reply, 2);
  const begun = performance.now();
  await talk.stop(asked.reply);
  expect(await rig.heard.settled(asked.reply)).toMatchObject({ status: 'stopped', content: '' });
  // The shortest wait before an answer is taken back is 2 s.
  expect(performance.now() - begun).toBeLessThan(1_900);
});

/** The log as a member of another group sees it: it owns every partition, as a zombie believes it does. */
function asZombie(log: EventLog): EventLog {
  return {
    identity: log.identity,
    append: (record) => log.append(record),
    end: (topic, partition) => log.end(topic, partition),
    tail: (options) => log.tail(options),
    share: (options) => log.share({ ...options, group: 'zombies' }),
    lag: (group) => log.lag(group),
  };
}

test('two owners at the same time: one final text, equal to the chunks of the claim that won', async () => {
  await rig.work({ tokensPerSecond: 100 });
  await rig.work({ tokensPerSecond: 100, log: asZombie(rig.log) });
  const talks = await Promise.all(
    Array.from({ length: 4 }, () => new Conversation(rig.log).begin()),
  );
  const asked = await Promise.all(talks.map((talk) => talk.ask('count to 30')));
  for (const { reply } of asked) {
    const settled = await rig.heard.settled(reply, 25_000);
    expect(settled.status).toBe('completed');
    expect(rig.heard.textOf(reply, settled.claim).text).toBe(settled.content);
    expect(rig.heard.settlementsOf(reply)).toHaveLength(1);
  }
});
