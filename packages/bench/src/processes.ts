/** The bench's own processes: the generator and the bare servers. They end when the bench does. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadResult, LoadRun } from './load.js';
import type { Order, Reply } from './messages.js';
import type { Target } from './target.js';

const script = (name: string): string => join(import.meta.dirname, 'bin', `${name}.js`);
const ANSWER_WITHIN_MS = 120_000;

async function answer<T>(child: ChildProcess): Promise<T> {
  const listening = new AbortController();
  const signal = AbortSignal.any([listening.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('a process of the bench has ended');
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [T];
    return message;
  } finally {
    ended.catch(() => undefined); // it is told to stop listening
    listening.abort();
  }
}

/** A bare server, see bin/bare-server.ts. */
export interface BareServer {
  readonly pid: number;
  readonly url: string;
  stop(): void;
}

export async function startBareServer(mode: 'each' | 'batch'): Promise<BareServer> {
  const child = fork(script('bare-server'), [mode]);
  const { port } = await answer<{ port: number }>(child);
  return { pid: pidOf(child), url: `ws://127.0.0.1:${port}/`, stop: () => child.disconnect() };
}

/** A load generator with sockets to one target. */
export class Generator {
  private constructor(private readonly child: ChildProcess) {}

  static async start(target: Target, sockets: number, readers: number): Promise<Generator> {
    const generator = new Generator(fork(script('generator')));
    await generator.#order({ do: 'open', target, sockets, readers });
    return generator;
  }

  async sample(characters: number): Promise<string> {
    const reply = await this.#order({ do: 'sample', characters });
    return 'text' in reply ? reply.text : '';
  }

  async run(run: LoadRun): Promise<LoadResult> {
    const reply = await this.#order({ do: 'run', run });
    if ('result' in reply) return reply.result;
    throw new Error('no result');
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }

  async #order(order: Order): Promise<Exclude<Reply, { failed: string }>> {
    const replied = answer<Reply>(this.child);
    this.child.send(order);
    const reply = await replied;
    if ('failed' in reply) throw new Error(`${order.do}: ${reply.failed}`);
    return reply;
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('a process could not be started');
  return child.pid;
}
