/** Replays one seed, or tries many. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isClean, runSeed, type RunReport } from '../run.js';
import { runSeeds } from '../seeds.js';

const HELP = `Usage: npm run simulate -- [options]

Runs the real services and SDK over a simulated log, database, network and clock, with faults,
and checks every promise. A run is a function of its seed.

  --seed N      run this seed, and say what it breaks
  --seeds N     try this many seeds (default 100)
  --from N      the first of them (default: fresh ones, from the time)
  --steps N     steps of each run (default 400)
  --jobs N      threads (default: as many as there are processors)
  --verbose     tell every step
  --help        this text
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    steps: { type: 'string', default: '400' },
    jobs: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function number(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} must be a whole number, not ${text}`);
}

function tell(report: RunReport, steps: number): void {
  for (const mistake of report.mistakes) console.log(`  ${mistake}`);
  for (const { invariant, message, where } of report.violations.slice(0, 12)) {
    console.log(`  ${invariant} ${message} ${JSON.stringify(where)}`);
  }
  const more = report.violations.length - 12;
  if (more > 0) console.log(`  and ${more} more`);
  console.log(`  replay: npm run simulate -- --seed ${report.seed} --steps ${steps} --verbose`);
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const steps = number('steps', values.steps);
  const one = values.seed === undefined ? undefined : number('seed', values.seed);
  const first = one ?? number('from', values.from ?? String(Math.floor(Date.now() / 1000)));
  const count = one === undefined ? number('seeds', values.seeds ?? '100') : 1;
  const say = values.verbose ? (text: string): void => console.log(text) : undefined;
  const began = performance.now();
  const failed: number[] = [];
  let done = 0;
  const summary = (): string => {
    const seconds = (performance.now() - began) / 1000;
    const rate = (done / seconds).toFixed(1);
    return `${done} of ${count} seeds from ${first}, ${failed.length} failed, ${rate} per second`;
  };
  process.on('SIGINT', () => {
    console.log(`\nstopped: ${summary()}`);
    process.exit(130);
  });
  const take = (report: RunReport): void => {
    done += 1;
    if (!isClean(report)) {
      failed.push(report.seed);
      console.log(`seed ${report.seed} FAILED`);
      tell(report, steps);
    } else if (one !== undefined) {
      console.log(`seed ${one}: clean; ${report.happened} events, ${report.records} records`);
    }
    if (done % 100 === 0) console.log(summary());
  };
  if (one !== undefined) take(await runSeed({ seed: one, steps, ...(say && { say }) }));
  else {
    const jobs = values.jobs === undefined ? availableParallelism() : number('jobs', values.jobs);
    await runSeeds({ first, count, steps, jobs: Math.max(1, jobs) }, take);
  }
  if (one === undefined) console.log(summary());
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
