/** A real PostgreSQL for one test file, started by our own launcher. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Logger } from '@parley/ports';
import {
  createPool,
  migrate,
  startPostgres,
  type EmbeddedPostgres,
  type Pool,
} from '@parley/postgres';
import pg from 'pg';

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

export interface TestServer {
  readonly postgres: EmbeddedPostgres;
  /** A new database with all tables; its pool is ended with the server. */
  database(): Promise<{ url: string; pool: Pool }>;
  stop(): Promise<void>;
}

export async function startTestServer(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const postgres = await startPostgres({ dataDir });
  const pools: Pool[] = [];
  let databases = 0;
  return {
    postgres,
    database: async () => {
      const name = `test_${++databases}`;
      const admin = new pg.Client({ connectionString: postgres.url });
      await admin.connect();
      await admin.query(`CREATE DATABASE ${name}`);
      await admin.end();
      const url = postgres.url.replace(/[^/]+$/, name);
      await migrate(url);
      const pool = createPool({ url });
      pools.push(pool);
      return { url, pool };
    },
    stop: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
