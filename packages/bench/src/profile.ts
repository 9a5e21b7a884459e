/** Where a process's CPU goes, by package: what V8's sampling profiler says, asked through the inspector's protocol. */
import { once } from 'node:events';
import type { Product } from '@parley/testkit';
import { WebSocket } from 'ws';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** With these a process lets itself be profiled, by whoever reads its output. */
export const PROFILED: readonly string[] = ['--inspect=127.0.0.1:0'];

/** Microseconds between two samples. */
const INTERVAL = 500;

/**
 * The share of busy time per part while `work` runs. Time counts for the innermost of our packages or libraries on the
 * stack, so what Node and the kernel do for `ws` counts for `ws`.
 */
export async function sharesDuring(
  product: Product,
  work: () => Promise<unknown>,
): Promise<[part: string, share: number][]> {
  const url = /Debugger listening on (ws:\S+)/.exec(product.output())?.[1];
  if (url === undefined) throw new Error('The product was not started to be profiled');
  const inspector = new WebSocket(url, { perMessageDeflate: false });
  await once(inspector, 'open');
  let calls = 0;
  const call = async <T>(method: string, params: object = {}): Promise<T> => {
    const id = ++calls;
    inspector.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = (await once(inspector, 'message')) as [Buffer];
      const answer = JSON.parse(data.toString('utf8')) as { id?: number; result: T };
      if (answer.id === id) return answer.result;
    }
  };
  await call('Profiler.enable');
  await call('Profiler.setSamplingInterval', { interval: INTERVAL });
  await call('Profiler.start');
  await work();
  const { profile } = await call<{ profile: CpuProfile }>('Profiler.stop');
  inspector.close();
  return sharesOf(profile);
}

function sharesOf(profile: CpuProfile): [part: string, share: number][] {
  const parts = partsOf(profile);
  const times = new Map<string, number>();
  let busy = 0;
  profile.samples.forEach((id, index) => {
    const part = parts.get(id) ?? 'node';
    if (part === 'idle') return;
    const time = profile.timeDeltas[index] ?? 0;
    busy += time;
    times.set(part, (times.get(part) ?? 0) + time);
  });
  return [...times]
    .map(([part, time]): [string, number] => [part, time / busy])
    .sort((a, b) => b[1] - a[1]);
}

function partsOf(profile: CpuProfile): Map<number, string> {
  const parts = new Map<number, string>();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const visit = (id: number, inherited: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const part = partOf(node.callFrame.url, node.callFrame.functionName) ?? inherited;
    parts.set(id, part);
    for (const child of node.children ?? []) visit(child, part);
  };
  const root = profile.nodes[0];
  if (root !== undefined) visit(root.id, 'node');
  return parts;
}

function partOf(url: string, functionName: string): string | undefined {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'garbage collector';
  const library = /node_modules\/(?!\.pnpm)((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1];
  if (library !== undefined) return library;
  return /\/((?:services|packages)\/[^/]+)\/dist\//.exec(url)?.[1];
}
