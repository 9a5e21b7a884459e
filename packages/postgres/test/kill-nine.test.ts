import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TOPICS } from '@parley/contracts';
import { createPool, openEmbeddedLog, startPostgres } from '@parley/postgres';
import { silent, systemClock } from './database.js';
import { startChild, until } from './processes.js';

describe('kill -9 of process and database together', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-kill-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  test('loses no record that was acknowledged, time and again', async () => {
    const acknowledged = new Map<number, string>();
    for (let round = 1; round <= 3; round++) {
      const child = startChild('append', dataDir);
      const { pid } = await child.next<{ pid: number }>();
      const before = acknowledged.size;
      child.lines.on('line', (line: string) => {
        const { offset, value } = JSON.parse(line) as { offset?: number; value?: string };
        if (offset !== undefined) acknowledged.set(offset, value ?? '');
      });
      await until(() => acknowledged.size >= before + 200, 'acknowledgements');
      process.kill(pid, 'SIGKILL');
      await child.kill();
    }

    const postgres = await startPostgres({ dataDir });
    const pool = createPool({ url: postgres.url });
    const log = await openEmbeddedLog({ pool, clock: systemClock, logger: silent });
    const found = new Map<number, string>();
    const end = await log.end(TOPICS.roomEvents, 1);
    await log.tail({
      topic: TOPICS.roomEvents,
      from: [0, 0],
      onRecords: (partition, records) => {
        if (partition !== 1) return;
        for (const { offset, value } of records) found.set(offset, Buffer.from(value).toString());
      },
    });
    await until(() => found.size === end, 'the whole partition');
    await log.stop();
    await pool.end();
    await postgres.stop();
    expect(acknowledged.size).toBeGreaterThanOrEqual(600);
    for (const [offset, value] of acknowledged) expect(found.get(offset)).toBe(value);
  }, 90_000);
});
