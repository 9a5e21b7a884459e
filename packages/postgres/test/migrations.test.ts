import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPool, migrate, type Pool } from '@parley/postgres';
import pg from 'pg';
import { startTestServer, type TestServer } from './database.js';

describe('migrations', () => {
  let server: TestServer;
  let pool: Pool;
  let url: string;
  beforeAll(async () => {
    server = await startTestServer();
    const admin = new pg.Client({ connectionString: server.postgres.url });
    await admin.connect();
    await admin.query('CREATE DATABASE untouched');
    await admin.end();
    url = server.postgres.url.replace(/[^/]+$/, 'untouched');
    pool = createPool({ url });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });
  const names = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ name: string }>(
      'SELECT name FROM knex_migrations ORDER BY id',
    );
    return rows.map(({ name }) => name);
  };

  test('many replicas that start at once run each of them once', async () => {
    await Promise.all([migrate(url), migrate(url), migrate(pool), migrate(url), migrate(url)]);
    expect(await names()).toEqual(['0001-accounts', '0002-log', '0003-projection']);
  });

  test('run again they change nothing', async () => {
    await migrate(url);
    expect(await names()).toHaveLength(3);
  });

  test('a replica killed in mid-migration does not lock out the next', async () => {
    await pool.query('UPDATE knex_migrations_lock SET is_locked = 1');
    await migrate(url);
    expect(await names()).toHaveLength(3);
  });

  test('a database of a newer version is left alone', async () => {
    await pool.query(
      `INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('9999-future', 2, now())`,
    );
    await migrate(url);
    expect(await names()).toContain('9999-future');
  });
});
