/** A thread that runs the seeds it is given, one after the other. */
import { parentPort } from 'node:worker_threads';
import { runSeed } from './run.js';

/** What a thread is asked to do. */
export interface SeedJob {
  readonly seed: number;
  readonly steps: number;
}

parentPort?.on('message', (job: SeedJob) => {
  void runSeed(job).then((report) => parentPort?.postMessage(report));
});
