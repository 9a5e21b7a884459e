import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startPostgres, type EmbeddedPostgres } from '@parley/postgres';
import pg from 'pg';
import { isAlive, startChild, until } from './processes.js';

/** One statement on a connection of its own. */
async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('our own PostgreSQL', () => {
  let home: string;
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  beforeAll(async () => {
    // A home that nobody else may enter, as root's is.
    home = await mkdtemp(join(tmpdir(), 'parley-home-'));
    await chmod(home, 0o700);
    dataDir = join(home, 'deep', 'data');
    await mkdir(dataDir, { recursive: true });
    postgres = await startPostgres({ dataDir });
    await ask(postgres.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  });
  afterEach(async () => {
    if (!isAlive(postgres.pid)) postgres = await startPostgres({ dataDir });
  });

  test('works below a folder that only its owner may enter', async () => {
    expect(await ask(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  test('is not run by root', async () => {
    expect((await stat(`/proc/${postgres.pid}`)).uid).not.toBe(0);
  });

  test('knows letters and commits to disk', async () => {
    const rows = await ask(
      postgres.url,
      `SELECT lower('ÄÖÜ') AS lower, current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS commit`,
    );
    expect(rows).toEqual([{ lower: 'äöü', fsync: 'on', commit: 'on' }]);
  });

  test('asks for its password, and listens nowhere but on 127.0.0.1', async () => {
    const url = new URL(postgres.url);
    url.password = 'wrong';
    await expect(ask(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    const file = await stat(join(dataDir, 'postgres', 'password'));
    expect(file.mode & 0o777).toBe(0o600);
    const rows = await ask(
      postgres.url,
      `SELECT current_setting('listen_addresses') AS hosts,
              current_setting('unix_socket_directories') AS sockets`,
    );
    expect(rows).toEqual([{ hosts: '127.0.0.1', sockets: '' }]);
  });

  test('runs in a session of its own, where a Ctrl-C for us does not reach it', () => {
    const session = (pid: number): string =>
      execFileSync('ps', ['-o', 'sid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    expect(session(postgres.pid)).toBe(String(postgres.pid));
    expect(session(postgres.pid)).not.toBe(session(process.pid));
  });

  test('comes back on the same port with all it had when it is killed', async () => {
    const before = postgres.pid;
    process.kill(before, 'SIGKILL');
    await until(async () => {
      const rows = await ask(postgres.url, 'SELECT n FROM kept').catch(() => []);
      return rows.length === 1;
    }, 'PostgreSQL is back');
    expect(postgres.pid).not.toBe(before);
  });

  test('stop leaves no process, also with a client in a transaction', async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN; SELECT * FROM kept');
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const pids = [postgres.pid, rows[0]?.pid ?? 0];
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(pids.map(isAlive)).toEqual([false, false]);
    await client.end().catch(() => undefined);
  });

  test('a postmaster.pid that names a living stranger does not stop it', async () => {
    await postgres.stop();
    const lines = [
      process.pid,
      '/somewhere',
      '1700000000',
      '5432',
      '',
      '127.0.0.1',
      '1 1',
      'ready',
    ];
    const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    postgres = await startPostgres({ dataDir });
    expect(await ask(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  test('a half-made cluster of a killed first start is made anew', async () => {
    const other = join(home, 'half-made');
    await mkdir(join(other, 'postgres', 'data.new', 'base'), { recursive: true });
    await writeFile(join(other, 'postgres', 'data.new', 'PG_VERSION'), '18\n');
    const fresh = await startPostgres({ dataDir: other });
    expect(await ask(fresh.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await fresh.stop();
  });

  test('an orphan that a killed process left behind is ended and replaced', async () => {
    const other = join(home, 'orphaned');
    const child = startChild('postgres', other);
    const orphan = await child.next<{ pid: number; url: string }>();
    await ask(orphan.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    await child.kill();
    expect(isAlive(orphan.pid)).toBe(true);
    const heir = await startPostgres({ dataDir: other });
    expect(isAlive(orphan.pid)).toBe(false);
    expect(await ask(heir.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await heir.stop();
  });

  test('says why it does not start', async () => {
    const other = join(home, 'broken');
    const first = await startPostgres({ dataDir: other });
    await first.stop();
    await writeFile(join(other, 'postgres', 'data', 'PG_VERSION'), '9\n');
    await expect(startPostgres({ dataDir: other })).rejects.toThrow(/PG_VERSION|version 9/);
    expect(await readFile(join(other, 'postgres', 'postgres.log'), 'utf8')).toContain('version');
  }, 60_000);
});
