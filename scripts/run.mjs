// node scripts/run.mjs <built file> [arguments]: prepares, then runs the file in this very process, so
// that it gets the signals, the terminal and the exit code. (For the same reason the scripts of
// package.json say `exec`. npm passes a SIGINT on, so Ctrl-C on a terminal arrives twice.)
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { root } from './workspaces.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('Usage: node scripts/run.mjs <built file> [arguments]');
  process.exit(2);
}

prepare();

const main = join(root, file);
if (!existsSync(main)) {
  console.error(`The build made no ${file}`);
  process.exit(1);
}
process.argv = [process.execPath, main, ...args];
await import(pathToFileURL(main).href);
