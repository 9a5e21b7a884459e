/** Many seeds on all processors. */
import { Worker } from 'node:worker_threads';
import type { RunReport } from './run.js';
import type { SeedJob } from './seed-worker.js';

/** Runs seeds `first` to `first + count - 1` in `jobs` threads; reports come as they are ready, in no order. */
export async function runSeeds(
  options: {
    readonly first: number;
    readonly count: number;
    readonly steps: number;
    readonly jobs: number;
  },
  onReport: (report: RunReport) => void,
): Promise<void> {
  const { first, count, steps } = options;
  let next = first;
  const thread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./seed-worker.js', import.meta.url));
      const go = (): void => {
        if (next >= first + count) {
          void worker.terminate().then(() => resolve());
          return;
        }
        const job: SeedJob = { seed: next++, steps };
        worker.postMessage(job);
      };
      worker.on('message', (report: RunReport) => {
        onReport(report);
        go();
      });
      worker.on('error', reject);
      go();
    });
  await Promise.all(Array.from({ length: Math.min(options.jobs, count) }, thread));
}
