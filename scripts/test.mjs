// `npm test [-- <Jest arguments>]`: prepares, runs every suite and ends with the line
// `N passed, N failed`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';
import { root } from './workspaces.mjs';

prepare();

const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const tests = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] },
);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal));

let summary = '0 passed, 1 failed';
tests.on('message', (message) => (summary = message.summary));
tests.on('close', (code) => {
  console.log(summary);
  process.exitCode = code ?? 1;
});
