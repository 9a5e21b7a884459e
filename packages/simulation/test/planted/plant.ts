/** Planting bugs: a module's functions replaced before anything imports it, and seeds run until the checker notices. */
import { jest } from '@jest/globals';
import type { Invariant } from '@parley/testkit';
import type { RunOptions, RunReport } from '../../src/run.js';

// Seeds are tried until one shows the bug: some take dozens, and a busy machine is several times slower.
jest.setTimeout(300_000);

/** The source file of a module, by its path from the root of the repository, without the extension. */
export const sourceOf = (path: string): string =>
  new URL(`../../../../${path}.ts`, import.meta.url).pathname;

/** Replaces exports of a module for everything that is imported afterwards. */
export async function plant<M extends object>(
  path: string,
  change: (real: M) => Partial<Record<keyof M, unknown>>,
): Promise<void> {
  const file = sourceOf(path);
  const real = (await import(file)) as M;
  jest.unstable_mockModule(file, () => ({ ...real, ...change(real) }));
}

/** The first seed in which a schedule breaks this promise; fails when none does. */
export async function firstBroken(
  invariant: Invariant,
  seeds: number,
  schedule: (seed: number) => Promise<RunReport>,
): Promise<number> {
  for (let seed = 1; seed <= seeds; seed++) {
    const { violations } = await schedule(seed);
    if (violations.some((violation) => violation.invariant === invariant)) return seed;
  }
  throw new Error(`${invariant} was not seen to be broken in ${seeds} schedules`);
}

/** The first of these seeds in which the checker finds this promise broken; fails when none is found. */
export async function caught(
  invariant: Invariant,
  options: Omit<RunOptions, 'seed'> & { readonly seeds: number; readonly from?: number },
): Promise<number> {
  const { runSeed } = await import('../../src/run.js');
  const { seeds, from = 1, ...run } = options;
  return firstBroken(invariant, seeds, (seed) =>
    runSeed({ restMs: 300_000, steps: 200, ...run, seed: from + seed - 1 }),
  );
}
