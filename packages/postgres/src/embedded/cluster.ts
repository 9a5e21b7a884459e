/**
 * The database's folder: `DATA_DIR/postgres` with `data` (the cluster), `password` and `postgres.log`.
 *
 * It belongs to the account that the database runs as. That account may be unable to walk to it (a home of mode 0700 on
 * the way); then the server is started *inside* its data folder, which we enter before we give up our rights, and is told
 * to find it as `/proc/self/cwd`, which no parent's mode forbids.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, canReach, databaseAccount } from './account.js';
import { type Binaries, reachableBinaries } from './binaries.js';

export interface Cluster {
  readonly account: Account;
  readonly binaries: Binaries;
  /** The cluster's data, as we see it. */
  readonly data: string;
  /** The same, as a process of the account that stands in it sees it. */
  readonly reach: string;
  readonly logFile: string;
  readonly password: string;
}

export const SUPERUSER = 'parley';

/** Makes the folder and initialises the cluster where there is none. A half-made one of a killed start is made anew. */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const account = databaseAccount();
  const folder = join(dataDir, 'postgres');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await ownedFolder(folder, account);
  const binaries = await reachableBinaries(account);
  const password = await keptPassword(join(folder, 'password'), account);
  const data = join(folder, 'data');
  const reach = await reachOf(folder, data, account);
  const cluster = {
    account,
    binaries,
    data,
    reach,
    password,
    logFile: join(folder, 'postgres.log'),
  };
  if (!(await exists(data))) await initialise(cluster, join(folder, 'data.new'));
  await trimLog(cluster.logFile);
  return cluster;
}

async function reachOf(folder: string, data: string, account: Account): Promise<string> {
  if (await canReach(account, folder)) return data;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new Error(
    `PostgreSQL must not run as root, and the account that runs it cannot reach ${folder}: move DATA_DIR to a folder that everybody may enter, or start Parley as an unprivileged user.`,
  );
}

async function initialise(cluster: Cluster, draft: string): Promise<void> {
  await rm(draft, { recursive: true, force: true });
  await ownedFolder(draft, cluster.account);
  const inPlace = cluster.reach === cluster.data ? draft : cluster.reach;
  const options = [
    ...['-D', inPlace, '-U', SUPERUSER, '-A', 'scram-sha-256'],
    // The file next to the cluster: reached from inside it, as the cluster itself is.
    ...['--pwfile', `${inPlace}/../password`],
    // Under plain C, pg_trgm and lower() know no letters but ASCII.
    ...['--locale-provider=builtin', '--locale=C.UTF-8', '-E', 'UTF8'],
  ];
  await promisify(execFile)(cluster.binaries.initdb, options, {
    ...cluster.account,
    cwd: draft,
    env: serverEnvironment(),
    timeout: 120_000,
  });
  await rename(draft, cluster.data);
}

/** Nothing of our own environment (PG*, LC_*, LD_*) reaches the server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

async function ownedFolder(path: string, account: Account): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined && account.gid !== undefined)
    await chown(path, account.uid, account.gid);
  await chmod(path, 0o700);
}

async function keptPassword(path: string, account: Account): Promise<string> {
  const kept = (await exists(path)) ? (await readFile(path, 'utf8')).trim() : '';
  if (kept !== '') return kept;
  const password = randomBytes(24).toString('base64url');
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined)
    await chown(path, account.uid, account.gid);
  return password;
}

/** The log of earlier starts is kept as one `.old` file once it has grown. */
async function trimLog(path: string): Promise<void> {
  if ((await exists(path)) && (await stat(path)).size > 4 * 1024 * 1024)
    await rename(path, `${path}.old`);
}

/** What the server wrote from a place in its log on (the last of it), for an error that says why it did not start. */
export async function logSince(path: string, start: number): Promise<string> {
  const written = await readFile(path).catch(() => Buffer.alloc(0));
  return written.subarray(start).subarray(-2_000).toString('utf8').trim();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
