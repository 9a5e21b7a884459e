/** A PostgreSQL of our own: started with us, restarted when it dies, stopped last. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@parley/ports';
import pg from 'pg';
import { type Cluster, SUPERUSER, logSince, prepareCluster, serverEnvironment } from './cluster.js';
import { endOrphan, endServer, readPostmasterFile } from './postmaster.js';

const DATABASE = 'parley';
/** Replaying the log after a crash may take long on a slow disk. */
const READY_WITHIN_MS = 120_000;

export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  /** Of the server that runs now: another one after a crash. */
  readonly pid: number;
  /** Ends the server: fast, then immediate after 5 s, then killed. Stopping twice is harmless. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The cluster lives in its `postgres` folder. Hold the folder's claim (claimDataDir) before. */
  readonly dataDir: string;
  /** A free one when not given. Another one may be taken at each start. */
  readonly port?: number;
  readonly logger?: Logger;
}

/**
 * Starts a server on the folder, ending one that a killed process left there. It listens on 127.0.0.1 alone and asks for a
 * password that is kept in the folder (mode 0600). It runs in a session of its own: a Ctrl-C in the terminal is for us, and
 * reaches it only through {@link EmbeddedPostgres.stop}, after everything that uses it. When it dies by itself it is
 * started again on the same port.
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const logger = options.logger ?? silent;
  const cluster = await prepareCluster(resolve(options.dataDir));
  await endOrphan(cluster.data, logger);
  const { server, port } = await launchSomewhere(cluster, options.port);
  const url = (database: string): string =>
    `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${database}`;
  try {
    await createDatabase(url('postgres'));
  } catch (error) {
    await endServer(pidOf(server));
    throw error;
  }
  return new Supervised(cluster, logger, port, url(DATABASE), server);
}

class Supervised implements EmbeddedPostgres {
  #server: ChildProcess;
  #stopping: Promise<void> | undefined;
  readonly #wakeUp = new AbortController();
  readonly #watching: Promise<void>;

  constructor(
    private readonly cluster: Cluster,
    private readonly logger: Logger,
    readonly port: number,
    readonly url: string,
    server: ChildProcess,
  ) {
    this.#server = server;
    this.#watching = this.#watch();
  }

  get pid(): number {
    return pidOf(this.#server);
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#end());
  }

  async #end(): Promise<void> {
    this.#wakeUp.abort();
    await endServer(this.pid);
    await this.#watching;
  }

  async #watch(): Promise<void> {
    for (;;) {
      await exited(this.#server);
      for (let pause = 50; this.#stopping === undefined; pause = Math.min(pause * 2, 5_000)) {
        this.logger.error({ pid: this.pid }, 'PostgreSQL died: starting it again');
        try {
          this.#server = await launch(this.cluster, this.port);
          break;
        } catch (error) {
          this.logger.error({ error }, 'PostgreSQL does not start');
          await delay(pause, undefined, { signal: this.#wakeUp.signal }).catch(() => undefined);
        }
      }
      if (this.#stopping !== undefined) {
        // Stopped while a start was under way.
        await endServer(this.pid);
        return;
      }
    }
  }
}

/**
 * What passes by itself: the port was taken between our look and the server's, or the children of a server that was
 * killed have not noticed yet.
 */
const PASSING = /could not bind|could not create any TCP|shared memory block .* is still in use/;

async function launchSomewhere(
  cluster: Cluster,
  wanted: number | undefined,
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort());
    try {
      return { server: await launch(cluster, port), port };
    } catch (error) {
      if (attempt === 20 || !PASSING.test(String(error))) throw error;
      await delay(Math.min(50 * attempt, 500));
    }
  }
}

/** Resolves when the server answers; rejects with its last words when it does not. */
async function launch(cluster: Cluster, port: number): Promise<ChildProcess> {
  const log = openSync(cluster.logFile, 'a', 0o600);
  const said = (): Promise<string> => logSince(cluster.logFile, logStart);
  const logStart = fstatSync(log).size;
  const server = spawn(cluster.binaries.postgres, serverOptions(cluster.reach, port), {
    ...cluster.account,
    cwd: cluster.data,
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await once(server, 'spawn');
  // Nothing but stop() should keep us waiting for it.
  server.unref();
  for (let waited = 0; waited < READY_WITHIN_MS; waited += 10) {
    if (server.exitCode !== null || server.signalCode !== null)
      throw new Error(`PostgreSQL does not start: ${await said()}`);
    const file = await readPostmasterFile(cluster.data);
    if (file?.pid === server.pid && file?.ready === true) return server;
    await delay(10);
  }
  await endServer(pidOf(server));
  throw new Error(`PostgreSQL was not ready in time: ${await said()}`);
}

/** For a small machine: few processes, little memory, every commit on disk unless a transaction asks otherwise. */
function serverOptions(data: string, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    max_connections: 50,
    shared_buffers: '64MB',
    fsync: 'on',
    synchronous_commit: 'on',
    // Nobody replicates from it, so the write-ahead log need not carry what only a replica reads.
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '512MB',
    checkpoint_timeout: '15min',
    // Each of these would be a process (or several) that wakes up for nothing here.
    io_method: 'sync',
    max_logical_replication_workers: 0,
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Errors of statements are told to us; the log keeps what concerns the server.
    log_min_messages: 'log',
    log_checkpoints: 'off',
  };
  return [
    '-D',
    data,
    '-k',
    '',
    ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
  ];
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // Should it break between two statements: the next one fails, which is enough to know.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function exited(server: ChildProcess): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
}

function pidOf(server: ChildProcess): number {
  if (server.pid === undefined) throw new Error('PostgreSQL was never started');
  return server.pid;
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
