/** Whatever is lost, late, refused or repeated: every message once, in order, and the latest state of everything. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createClient, type ParleyClient } from '@parley/client';
import type { Message } from '@parley/contracts';
import { FakeClock, seeded, settle } from './support/fake-clock.js';
import { ROOM } from './support/fixtures.js';
import { TinyServer, type Trick } from './support/tiny-server.js';

type Op =
  { op: 'send' | 'bob' | 'edit' | 'up' | 'down' | 'cut' | 'wait' } | { op: 'trick'; trick: Trick };

const ops = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Op>({ op: 'send' }, { op: 'bob' }, { op: 'edit' }) },
    { weight: 10, arbitrary: fc.constantFrom<Op>({ op: 'up' }, { op: 'down' }) },
    { weight: 1, arbitrary: fc.constant<Op>({ op: 'cut' }) },
    { weight: 2, arbitrary: fc.constant<Op>({ op: 'wait' }) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom<Trick>('refuse', 'lose', 'behind', 'rows', 'reset', 'split')
        .map((trick): Op => ({ op: 'trick', trick })),
    },
  ),
  // Long ones: a fault matters in the middle of something.
  { minLength: 60, maxLength: 300, size: 'max' },
);

interface Run {
  readonly server: TinyServer;
  readonly client: ParleyClient;
  readonly sent: string[];
  readonly acknowledged: Message[];
  readonly shown: { message: Message; late: boolean }[];
  resets: number;
  /** The room's seq when it was first heard of. */
  start: number;
}

async function play(seed: number, script: readonly Op[]): Promise<Run> {
  const clock = new FakeClock();
  const server = new TinyServer(() => clock.trueNow);
  const client = createClient({
    url: '',
    token: async () => 'token',
    connect: () => server.connect(),
    clock,
    random: seeded(seed),
  });
  const run: Run = {
    server,
    client,
    sent: [],
    acknowledged: [],
    shown: [],
    resets: 0,
    start: -1,
  };
  client.on('message', ({ message, late }) => run.shown.push({ message, late }));
  client.on('reset', () => run.resets++);
  client.on('ready', () => {
    if (run.start < 0) run.start = client.rooms.get(ROOM)?.seq ?? -1;
  });
  client.connect();
  await settle();
  const dice = seeded(seed);
  let bob = 0;
  for (const step of script) {
    if (step.op === 'send') {
      const text = `mine ${run.sent.length}`;
      run.sent.push(text);
      void client.send(ROOM, text).then((message) => run.acknowledged.push(message));
    } else if (step.op === 'bob') server.postOf(bob++);
    else if (step.op === 'edit') {
      const target = [...server.rows.values()].at(Math.floor(-1 - dice.fraction() * 4));
      if (target !== undefined) server.edit(target, `${target.content}*`);
    } else if (step.op === 'cut') server.cut();
    else if (step.op === 'wait') await clock.advance(4000);
    else if (step.op === 'trick') server.tricks.add(step.trick);
    else server.step(step.op);
    await settle();
  }
  // Quiet: nothing goes wrong any more, and everything that can happen does.
  server.tricks.clear();
  for (let quiet = 0; quiet < 20;) {
    const moved = server.step('up') || server.step('down');
    await settle();
    if (moved) continue;
    quiet++;
    await clock.advance(2000);
  }
  client.close();
  return run;
}

test('200 scripts of faults', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), ops, async (seed, script) => {
      const { server, client, sent, acknowledged, shown, resets, start } = await play(seed, script);

      // Acknowledged, each once, in the order in which they were sent; and in the log once.
      expect(acknowledged.map(({ content }) => content.replaceAll('*', ''))).toEqual(sent);
      const mine = server.log.flatMap((frame) =>
        frame.type === 'message.posted' && frame.content.startsWith('mine') ? [frame.content] : [],
      );
      expect(mine).toEqual(sent);

      // Shown once; in order, but for what came late because the server was behind.
      const ids = shown.map(({ message }) => message.id);
      expect(new Set(ids).size).toBe(ids.length);
      let last = 0;
      for (const { message, late } of shown) {
        if (!late) expect(message.seq).toBeGreaterThan(last);
        last = Math.max(last, message.seq);
      }

      // Without a reset nothing that came after the first `ready` is missing.
      const view = client.rooms.get(ROOM);
      const known = view?.messages.ordered ?? [];
      const all = [...server.rows.values()].sort((a, b) => a.seq - b.seq);
      const first = resets === 0 ? start + 1 : (known[0]?.seq ?? Infinity);
      const expected = all.filter(({ seq }) => seq >= first);
      if (resets === 0) expect(known.length).toBe(shown.length);
      expect(known.map(({ id, content }) => [id, content])).toEqual(
        expected.map(({ id, content }) => [id, content]),
      );
      expect(view?.seq).toBe(Math.max(server.log.at(-1)?.seq ?? 99, 99));
      expect(view?.behind).toBe(false);

      // It never came back with less than it had, nor with more than there was.
      expect(server.resumed.toSorted((a, b) => a - b)).toEqual(server.resumed);
    }),
    { numRuns: 200 },
  );
}, 120_000);
