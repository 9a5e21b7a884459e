import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { temporaryDataDir } from '../src/data-dir.js';
import { killProcessesOf, processesOf } from '../src/processes.js';
import { until } from '../src/until.js';

const dir = temporaryDataDir();
afterEach(() => killProcessesOf(dir.path));
afterAll(() => dir.remove());

const WAIT = 'setInterval(() => undefined, 1000)';

function start(args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  return spawn(process.execPath, ['-e', WAIT, '--', ...args], { stdio: 'ignore', ...options });
}

test.each<[string, () => ReturnType<typeof spawn>]>([
  ['names it in its arguments', () => start(['-D', `${dir.path}/postgres`])],
  ['works in it', () => start([], { cwd: dir.path })],
  ['has it as its DATA_DIR', () => start([], { env: { ...process.env, DATA_DIR: dir.path } })],
])('a process that %s belongs to a data folder, and ends with it', async (_name, spawned) => {
  const child = spawned();
  await until('the process', 5_000, () =>
    processesOf(dir.path).some(({ pid }) => pid === child.pid),
  );
  const ended = once(child, 'exit');
  await killProcessesOf(dir.path);
  expect((await ended)[1]).toBe('SIGKILL');
  expect(processesOf(dir.path)).toEqual([]);
});

test('a process of a folder whose name only begins alike does not', async () => {
  const other = start(['-D', `${dir.path}-of-another`]);
  try {
    await once(other, 'spawn');
    expect(processesOf(dir.path)).toEqual([]);
  } finally {
    other.kill('SIGKILL');
  }
});
