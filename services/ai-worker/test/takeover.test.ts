import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { EventLog } from '@parley/ports';
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

test('owners that made no progress count as failed attempts', async () => {
  const talk = await new Conversation(rig.log).begin();
  const { reply } = await talk.ask('go');
  for (let owner = 1; owner <= 3; owner++) {
    const mute = await rig.work({
      rehearsal: { pieces: () => ['late'], mishap: () => ({ kind: 'stall', after: 0 }) },
    });
    expect(await rig.heard.started(reply, owner)).toMatchObject({ attempt: owner });
    await mute.stop();
  }
  await rig.work();
  expect(await rig.heard.settled(reply)).toMatchObject({
    status: 'failed',
    content: '',
    error: { code: 'AI_ERROR' },
  });
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
