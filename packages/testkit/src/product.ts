/** The whole product as people run it: `services/embedded` in a process of its own, seen from outside. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kill, killProcessesOf, processesOf, type RunningProcess } from './processes.js';
import { NeverCame, until } from './until.js';

/** From `src` as from `dist` three folders up. */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const MAIN = join(ROOT, 'services', 'embedded', 'dist', 'main.js');

const READY = /^Parley is ready at (http:\/\/\S+)$/m;
/** A first start makes a database: about 4 s on an idle machine with two cores. */
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const OUTPUT_KEPT = 256 * 1024;

/** How a process ended: one of the two is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The product did not start; `exit` says how it ended, if it did. */
export class ProductFailed extends Error {
  override readonly name = 'ProductFailed';
  constructor(
    message: string,
    readonly output: string,
    readonly exit: Exit | undefined,
  ) {
    super(`${message}; its last output:\n${output.slice(-4000)}`);
  }
}

export interface ProductOptions {
  readonly dataDir: string;
  /** Settings, over a quiet default without any rate limits. `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  /** For Node itself, before the script. */
  readonly nodeArgs?: readonly string[];
}

/** A product that answers. */
export interface Product {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The native WebSocket, `ws://127.0.0.1:PORT/ws`. */
  readonly wsUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** From the spawn to readiness, in ms. */
  readonly readyMs: number;
  /** Resolves when the process has ended, however that came. */
  readonly ended: Promise<Exit>;
  /** The last 256 KiB of what it printed, both streams. */
  output(): string;
  /** Ends it in order. Rejects when it takes over 10 s. Harmless once it has ended. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<Exit>;
  /** kill -9: of everything, or of all but the database, which stays behind as an orphan. */
  kill(options: { readonly database: boolean }): Promise<void>;
  /** What is alive of this data folder: the process itself and its database's. */
  processes(): RunningProcess[];
}

/** Starts the product and waits until it serves. Rejects with {@link ProductFailed} when it ends or takes over 60 s. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  if (!existsSync(MAIN)) throw new Error('The product is not built: npm run build');
  const from = Date.now();
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), MAIN], {
    cwd: ROOT,
    detached: true, // a group of its own: what the terminal or a test runner signals does not reach it
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(options),
  });
  const output = collect(child);
  const ended = exitOf(child);
  const url = await readiness(child, output, ended);
  const pid = pidOf(child);
  const { dataDir } = options;
  const processes = (): RunningProcess[] => processesOf(dataDir);

  return {
    url,
    wsUrl: `${url.replace(/^http/, 'ws')}/ws`,
    port: Number(new URL(url).port),
    pid,
    dataDir,
    readyMs: Date.now() - from,
    ended,
    output,
    processes,
    async stop(signal = 'SIGTERM') {
      if (isAlive(child)) kill(pid, signal);
      return within(STOP_WITHIN_MS, ended, () => `It did not end within 10 s of ${signal}`, output);
    },
    async kill({ database }) {
      kill(-pid, 'SIGKILL');
      await within(STOP_WITHIN_MS, ended, () => 'It survived a SIGKILL', output);
      if (database) await killProcessesOf(dataDir);
    },
  };
}

const isAlive = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

function environment({ dataDir, env = {}, port = 0 }: ProductOptions): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return {
    PATH,
    HOME,
    TMPDIR,
    LANG,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    AI_PROVIDER: 'scripted',
    RATE_LIMIT_MESSAGES: '0',
    RATE_LIMIT_MESSAGES_PER_SECOND: '0',
    RATE_LIMIT_REQUESTS_PER_MINUTE: '0',
    AI_USER_TOKENS_PER_DAY: '0',
    AI_ROOM_TOKENS_PER_DAY: '0',
    ...env,
  };
}

function collect(child: ChildProcess): () => string {
  let kept = '';
  const add = (chunk: Buffer): void => {
    kept = (kept + chunk.toString('utf8')).slice(-OUTPUT_KEPT);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => kept;
}

/** `close`, not `exit`: then all output has arrived. An orphaned database must not hold the pipes for that. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const settle = (): void => resolve({ code, signal });
      child.once('close', settle);
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        settle();
      }, 500).unref();
    });
  });
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('The product could not be spawned');
  return child.pid;
}

async function readiness(
  child: ChildProcess,
  output: () => string,
  ended: Promise<Exit>,
): Promise<string> {
  let exit: Exit | undefined;
  void ended.then((how) => (exit = how));
  try {
    const url = await until('readiness', READY_WITHIN_MS, () => {
      const ready = READY.exec(output())?.[1];
      if (ready !== undefined) return ready;
      return exit === undefined ? false : '';
    });
    if (url !== '') return url;
    throw new ProductFailed(`It ended (${JSON.stringify(exit)})`, output(), exit);
  } catch (error) {
    if (!(error instanceof NeverCame)) throw error;
    kill(-pidOf(child), 'SIGKILL');
    throw new ProductFailed(`It was not ready within ${READY_WITHIN_MS} ms`, output(), undefined);
  }
}

async function within<T>(
  ms: number,
  work: Promise<T>,
  message: () => string,
  output: () => string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ProductFailed(message(), output(), undefined)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
