/** Processes of a test's own, to be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

export interface Child {
  readonly process: ChildProcess;
  readonly lines: Interface;
  /** The next line that it prints; rejects when it ends before. */
  next<T>(): Promise<T>;
  /** kill -9, waited for. */
  kill(): Promise<void>;
}

export function startChild(what: 'claim' | 'postgres' | 'append', dataDir: string): Child {
  const script = join(import.meta.dirname, 'child.mjs');
  const child = spawn(process.execPath, [script, what, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const waiting: string[] = [];
  lines.on('line', (line) => waiting.push(line));
  return {
    process: child,
    lines,
    next: async <T>() => {
      while (waiting.length === 0) {
        const printed = once(lines, 'line');
        await Promise.race([
          printed,
          exit.then(() => Promise.reject(new Error(`the ${what} process ended`))),
        ]);
      }
      return JSON.parse(waiting.shift() ?? '') as T;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Whether a process runs (one that has ended and was not reaped does not). */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

/** Looks again every few ms until it holds; rejects when it takes too long. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
