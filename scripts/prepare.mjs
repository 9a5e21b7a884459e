// Installs and builds, with nothing but Node: PATH may hold only `node` and `sh`. Both steps are
// skipped when a stamp shows that nothing they read has changed, so that a second start is quick.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root, workspaces } from './workspaces.mjs';

const stamps = join(root, 'node_modules', '.cache', 'parley');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Brings node_modules and every dist up to date; ends the process with 1 when that fails. */
export function prepare() {
  step('install', 'Installing packages', installInputs(), install);
  step('build', 'Building', buildInputs(), build);
}

function step(name, title, inputs, run) {
  const stamp = join(stamps, name);
  if (inputs.complete && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs.hash) return;
  const from = Date.now();
  console.error(`${title} ...`);
  run();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, inputs.hash);
  console.error(`${title}: done in ${((Date.now() - from) / 1000).toFixed(1)} s`);
}

function installInputs() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml'])
    hash.update(readFileSync(join(root, file)));
  return { hash: hash.digest('hex'), complete: existsSync(compiler()) };
}

function install() {
  const pnpm = ['install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
  const running = process.env.npm_execpath ?? '';
  const args = /pnpm[^/\\]*$/.test(running)
    ? [running, ...pnpm]
    : [npmCli(running), 'exec', '-y', packageManager, '--', ...pnpm];
  node('The installation', args);
}

/** npm is found without PATH: it says where it is, or lies beside Node. */
function npmCli(running) {
  const bin = dirname(process.execPath);
  const places = [
    running,
    join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(bin, '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
    join(bin, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const found = places.find((place) => place.endsWith('npm-cli.js') && existsSync(place));
  if (!found) fail('npm was not found. Start this with npm, for example: npm start');
  return found;
}

/** Names, sizes and times of what the compiler reads: cheaper than asking it whether it has work. */
function buildInputs() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'pnpm-lock.yaml')));
  const projects = workspaces().map(({ folder }) => join(root, folder));
  const files = [join(root, 'tsconfig.json'), join(root, 'tsconfig.base.json')];
  for (const project of projects) {
    files.push(join(project, 'tsconfig.json'), join(project, 'package.json'));
    const sources = readdirSync(join(project, 'src'), { recursive: true, encoding: 'utf8' });
    files.push(...sources.sort().map((file) => join(project, 'src', file)));
  }
  for (const file of files) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  const built = projects.every((project) => existsSync(join(project, 'dist', '.tsbuildinfo')));
  return { hash: hash.digest('hex'), complete: built };
}

function build() {
  node('The build', [compiler(), '-b', 'tsconfig.json']);
}

function compiler() {
  return join(root, 'node_modules', 'typescript', 'bin', 'tsc');
}

/** Output goes to stderr: stdout belongs to the command that is being prepared. */
function node(title, args) {
  const PATH = [dirname(process.execPath), process.env.PATH].filter(Boolean).join(delimiter);
  const { status, signal, error } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status === 0) return;
  fail(`${title} failed: ${error?.message ?? (signal ? `ended by ${signal}` : `code ${status}`)}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
