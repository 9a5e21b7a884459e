/**
 * Which processes of this machine belong to a data folder: the product's own and its PostgreSQL's. A database that its
 * parent left behind has no parent to ask, so the folder is what identifies it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.js';

/** A process that is alive (a zombie that nobody has waited for is not). */
export interface RunningProcess {
  readonly pid: number;
  /** Its command line, arguments separated by spaces. */
  readonly command: string;
}

/**
 * The processes of `dataDir`: those that name it in their arguments or their `DATA_DIR`, or work in it. Without `/proc`
 * (macOS) only arguments and descent are seen.
 */
export function processesOf(dataDir: string): RunningProcess[] {
  return existsSync('/proc/self/stat') ? fromProc(dataDir) : fromPs(dataDir);
}

/** SIGKILLs everything that belongs to `dataDir` and waits, 10 s at most, until it is gone. */
export async function killProcessesOf(dataDir: string): Promise<void> {
  await until(`the end of all processes of ${dataDir}`, 10_000, () => {
    const alive = processesOf(dataDir);
    for (const { pid } of alive) kill(pid, 'SIGKILL');
    return alive.length === 0;
  });
}

/** Sends a signal; a process that is gone already is no error. Returns whether there was one. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

const isGone = (error: unknown): boolean => ['ESRCH', 'ENOENT'].includes(codeOf(error));

/** Not by `instanceof`: under Jest the errors of Node's own modules are of another realm. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

function fromProc(dataDir: string): RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const command = readFileSync(join('/proc', entry, 'cmdline'), 'utf8').replaceAll('\0', ' ');
      if (command !== '' && belongs(entry, command, dataDir)) found.push({ pid, command });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
  }
  return found;
}

function belongs(entry: string, command: string, dataDir: string): boolean {
  if (`${command}/`.includes(`${dataDir}/`) || command.includes(`${dataDir} `)) return true;
  const cwd = readlinkSync(join('/proc', entry, 'cwd'));
  if (`${cwd}/`.startsWith(`${dataDir}/`)) return true;
  const environment = readFileSync(join('/proc', entry, 'environ'), 'utf8');
  return `\0${environment}\0`.includes(`\0DATA_DIR=${dataDir}\0`);
}

/** It ended while it was being looked at, or belongs to somebody else. */
const isUnreadable = (error: unknown): boolean =>
  isGone(error) || ['EACCES', 'EPERM'].includes(codeOf(error));

function fromPs(dataDir: string): RunningProcess[] {
  const all = execFileSync('ps', ['-axo', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && !match[3]?.startsWith('Z'))
    .map((match) => ({
      pid: Number(match?.[1]),
      parent: Number(match?.[2]),
      command: match?.[4] ?? '',
    }));
  const ours = new Set(
    all.filter(({ command }) => command.includes(dataDir)).map(({ pid }) => pid),
  );
  for (let before = -1; before !== ours.size;) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  ours.delete(process.pid);
  return all.filter(({ pid }) => ours.has(pid)).map(({ pid, command }) => ({ pid, command }));
}
