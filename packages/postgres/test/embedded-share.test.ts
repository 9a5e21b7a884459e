import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TOPICS } from '@parley/contracts';
import { openEmbeddedLog, type EmbeddedLog } from '@parley/postgres';
import { silent, startTestServer, systemClock, type TestServer } from './database.js';
import { until } from './processes.js';

const topic = TOPICS.roomEvents;
let server: TestServer;
let log: EmbeddedLog;
beforeAll(async () => {
  server = await startTestServer();
  const { pool } = await server.database();
  log = await openEmbeddedLog({ pool, clock: systemClock, logger: silent, partitions: 8 });
});
afterAll(async () => {
  await log.stop();
  await server.stop();
});

test('a partition changes hands only when the handler of its former holder has returned', async () => {
  const busy = new Set<number>();
  const overlaps: number[] = [];
  const handled: number[] = [];
  let lost = 0;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const join = () =>
    log.share({
      group: 'handover',
      topic,
      onGained: async (partition) => {
        if (busy.has(partition)) overlaps.push(partition);
        return log.end(topic, partition);
      },
      onLost: () => void (lost += 1),
      onRecords: async (partition) => {
        busy.add(partition);
        await finished;
        busy.delete(partition);
        handled.push(partition);
      },
    });
  const partitions = Array.from({ length: log.identity.partitions }, (_, i) => i);
  const first = await join();
  await until(async () => (await log.lag('handover')).length === 8, 'all partitions are held');
  for (const partition of partitions)
    await log.append({ topic, partition, key: 'k', value: 'slow work' });
  await until(() => busy.size === 8, 'all handlers are at work');
  const joining = join();
  await until(() => lost > 0, 'the first holder is told');
  // Time for a new holder that does not wait: it would ask for its offset while the handlers are still at work.
  for (let i = 0; i < 20; i++) await log.end(topic, 0);
  finish();
  const second = await joining;
  await until(() => handled.length >= 8, 'all records are handled');
  expect(overlaps).toEqual([]);
  await Promise.all([first.stop(), second.stop()]);
});

test('a member that has no position yet is asked again', async () => {
  let asked = 0;
  const heard: string[] = [];
  const end = await log.end(topic, 0);
  const member = await log.share({
    group: 'no position yet',
    topic,
    onGained: async (partition) => {
      if (partition === 0 && ++asked < 3) throw new Error('the database is away');
      return partition === 0 ? end : log.end(topic, partition);
    },
    onLost: () => undefined,
    onRecords: (_partition, records) =>
      void heard.push(...records.map((record) => Buffer.from(record.value).toString())),
  });
  await log.append({ topic, partition: 0, key: 'k', value: 'not missed' });
  await until(() => heard.includes('not missed'), 'the record');
  expect(asked).toBe(3);
  await member.stop();
});

test('a change of members moves no more partitions than it must', async () => {
  const held = new Map<number, string>();
  let moves = 0;
  const join = (name: string) =>
    log.share({
      group: 'few moves',
      topic,
      onGained: async (partition) => {
        held.set(partition, name);
        moves++;
        return log.end(topic, partition);
      },
      onLost: () => undefined,
      onRecords: () => undefined,
    });
  const members = [await join('a'), await join('b'), await join('c')];
  await until(() => new Set(held.values()).size === 3 && held.size === 8, 'all share');
  const ofC = [...held].filter(([, name]) => name === 'c').length;
  moves = 0;
  await members[2]?.stop();
  await until(() => ![...held.values()].includes('c'), 'the others took over');
  expect(moves).toBe(ofC);
  await Promise.all(members.map((member) => member.stop()));
});
