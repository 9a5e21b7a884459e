import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ParleyError, TOPICS } from '@parley/contracts';
import { AppendOutcomeUnknown, type Clock, type LogRecord } from '@parley/ports';
import { createPool, openEmbeddedLog, type EmbeddedLog, type Pool } from '@parley/postgres';
import { layCable, type Cable } from './cable.js';
import { silent, startTestServer, systemClock, type TestServer } from './database.js';
import { ManualClock } from './manual-clock.js';
import { until } from './processes.js';

const topic = TOPICS.roomEvents;
const logger = silent;
const text = (record: LogRecord): string => Buffer.from(record.value).toString();

describe('the log in PostgreSQL', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  /** A new log behind a cable of its own. */
  async function setUp(clock: Clock): Promise<{
    log: EmbeddedLog;
    cable: Cable;
    pool: Pool;
    append(value: string): ReturnType<EmbeddedLog['append']>;
    /** Hears partition 0 from its second record on. */
    listen(): Promise<string[]>;
    tearDown(): Promise<void>;
  }> {
    const { url } = await server.database();
    const cable = await layCable(url);
    const pool = createPool({ url: cable.url });
    const log = await openEmbeddedLog({ pool, clock, logger, partitions: 2 });
    return {
      log,
      cable,
      pool,
      append: (value) => log.append({ topic, partition: 0, key: 'k', value }),
      listen: async () => {
        const heard: string[] = [];
        let next = 1;
        await log.tail({
          topic,
          from: [1, 1],
          onRecords: (_partition, records) => {
            for (const record of records) {
              if (record.offset !== next++) throw new Error(`offset ${record.offset}`);
              heard.push(text(record));
            }
          },
        });
        return heard;
      },
      tearDown: async () => {
        await log.stop();
        await cable.close();
        await pool.end();
      },
    };
  }

  test('wakes its readers without any timer', async () => {
    // On this clock no timer ever fires: whoever polled would wait for ever.
    const { append, listen, tearDown } = await setUp(new ManualClock());
    const heard = await listen();
    for (const value of ['one', 'two', 'three']) await append(value);
    await until(() => heard.length === 3, 'three records');
    expect(heard).toEqual(['one', 'two', 'three']);
    await tearDown();
  });

  test('a lost answer: the record is sent again, and readers see both in order', async () => {
    const { append, listen, cable, pool, tearDown } = await setUp(systemClock);
    const heard = await listen();
    await append('before');
    // One idle connection is left to be used, and it is the one that loses the answer.
    expect(pool.idleCount).toBe(1);
    void cable.loseNextAnswer();
    const placed = await append('doubled');
    await append('after');
    await until(() => heard.includes('after'), 'all records');
    expect(heard).toEqual(['before', 'doubled', 'doubled', 'after']);
    expect(placed.offset).toBe(3);
    await tearDown();
  });

  test('while the database is away appends wait, in order, and live readers go on afterwards', async () => {
    const { append, listen, cable, tearDown } = await setUp(systemClock);
    const heard = await listen();
    await append('0');
    cable.cut();
    const placed = Promise.all(['1', '2', '3'].map(append));
    cable.mend();
    expect((await placed).map(({ offset }) => offset)).toEqual([2, 3, 4]);
    await until(() => heard.length === 4, 'all records');
    expect(heard).toEqual(['0', '1', '2', '3']);
    await tearDown();
  });

  test('an append gives up after 60 s, its outcome unknown; a record written all the same is found', async () => {
    const clock = new ManualClock();
    const { append, listen, log, cable, tearDown } = await setUp(clock);
    const heard = await listen();
    await append('before');
    const answerLost = cable.loseNextAnswer();
    const given = append('written, but nobody said so').catch((error: unknown) => error);
    await answerLost;
    // From here on the attempts to send it again find nobody.
    cable.cut();
    let settled = false;
    void given.then(() => (settled = true));
    clock.advance(59_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    clock.advance(1);
    expect(await given).toBeInstanceOf(AppendOutcomeUnknown);

    cable.mend();
    const ticking = setInterval(() => clock.advance(1_000), 10);
    // No other append is needed for it to be found.
    await until(() => heard.length === 2, 'the record of unknown outcome');
    expect(await log.end(topic, 0)).toBe(3);
    await append('after');
    await until(() => heard.length === 3, 'the record after');
    expect(heard).toEqual(['before', 'written, but nobody said so', 'after']);
    await tearDown();
    clearInterval(ticking);
  });

  test('what waits for the database is bounded: more is refused at once', async () => {
    const { append, cable, tearDown } = await setUp(new ManualClock());
    cable.cut();
    const value = 'x'.repeat(1_000_000);
    const answers = Array.from({ length: 100 }, () => append(value).catch((e: unknown) => e));
    const refused: unknown = await Promise.race(answers);
    expect(refused).toBeInstanceOf(ParleyError);
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', retriable: true });
    cable.mend();
    const stopped = tearDown();
    await stopped;
    await Promise.all(answers);
  });

  test('a position beyond the end is a sign of another log: the subscription breaks', async () => {
    const { log, tearDown } = await setUp(systemClock);
    const tail = await log.tail({ topic, from: [7, 1], onRecords: () => undefined });
    await expect(tail.ended).rejects.toThrow('another log');
    await tearDown();
  });

  test('is made once, however many open it at once, and keeps its partitions', async () => {
    const { pool } = await server.database();
    const open = (partitions: number) =>
      openEmbeddedLog({ pool, clock: systemClock, logger, partitions });
    const logs = await Promise.all([open(3), open(3), open(3)]);
    expect(new Set(logs.map(({ identity }) => identity.log_id)).size).toBe(1);
    expect((await open(9)).identity).toEqual(logs[0].identity);
    expect(logs[0].identity).toMatchObject({ epoch: 1, partitions: 3 });
  });

  test('takes the next epoch where the newest log is elsewhere', async () => {
    const { pool } = await server.database();
    await pool.query(
      `INSERT INTO log_epochs VALUES (4, gen_random_uuid(), 16, 'kafka', 1750000000000)`,
    );
    const log = await openEmbeddedLog({ pool, clock: systemClock, logger, partitions: 2 });
    expect(log.identity).toMatchObject({ epoch: 5, partitions: 2 });
  });

  test('chunks begin anew with each opening; a reader too far behind continues at the oldest kept', async () => {
    const { log, tearDown } = await setUp(systemClock);
    const chunks = TOPICS.replyChunks;
    const value = 'x'.repeat(100_000);
    for (let i = 0; i < 100; i++) await log.append({ topic: chunks, partition: 0, key: '', value });
    const offsets: number[] = [];
    const tail = await log.tail({
      topic: chunks,
      from: [0, 0],
      onRecords: (_partition, records) => void offsets.push(...records.map((r) => r.offset)),
    });
    await until(() => offsets.at(-1) === 99, 'the newest chunk');
    expect(offsets[0]).toBeGreaterThan(0);
    expect(offsets).toEqual(offsets.map((_, i) => (offsets[0] ?? 0) + i));
    await tail.stop();
    await tearDown();
  });
});
