/** The server's main process as the operating system shows it, whoever started it. */
import { readFile, readdir, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@parley/ports';

/** What a running server says of itself in `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** It answers connections. */
  readonly ready: boolean;
}

export async function readPostmasterFile(data: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Ends a server that an earlier Parley left behind on this data folder, so that a new one can start. Only for the holder
 * of the folder's claim. A `postmaster.pid` whose process is gone, or is by now something else, is removed: PostgreSQL
 * would mistake a reused process id for a running server.
 */
export async function endOrphan(data: string, logger: Logger): Promise<void> {
  const left = await readPostmasterFile(data);
  if (left === undefined) return;
  if (await servesFrom(left.pid, data)) {
    logger.warn({ pid: left.pid }, 'ending the PostgreSQL that a killed process left behind');
    await endServer(left.pid);
  }
  await rm(join(data, 'postmaster.pid'), { force: true });
}

/** Fast shutdown; after 5 s an immediate one; after 5 more s it is killed together with its own children. */
export async function endServer(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!signalled(pid, signal)) return;
    if (await gone(pid, 5_000)) return;
  }
  for (const victim of [pid, ...(await childrenOf(pid))]) signalled(victim, 'SIGKILL');
  if (!(await gone(pid, 5_000))) throw new Error(`PostgreSQL (pid ${pid}) cannot be ended`);
}

function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += 10) {
    if (!signalled(pid, 0) || (await state(pid)) === 'Z') return true;
    await delay(10);
  }
  return false;
}

/** A process's state letter; `Z` = ended, not yet reaped by its parent. Unknown without /proc. */
async function state(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}

/** Each child of the server is a session of its own, so no group signal reaches them. */
async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (Number(parent) === pid) children.push(Number(entry));
  }
  return children;
}

/** A server stands in its data folder for all its life; that tells it from a stranger with a reused process id. */
async function servesFrom(pid: number, data: string): Promise<boolean> {
  if (!signalled(pid, 0)) return false;
  if (process.platform !== 'linux') return true;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return folder === (await realpath(data).catch(() => data));
}
