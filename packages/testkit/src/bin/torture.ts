/** `npm run torture`: kill -9 under load, again and again, and the judgement of what everybody saw. */
import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killProcessesOf } from '../processes.js';
import { describeReport } from '../torture/describe.js';
import { TORTURE_DEFAULTS } from '../torture/options.js';
import { readHistory } from '../torture/recorder.js';
import { judge, runTorture } from '../torture/run-torture.js';

const USAGE = `Usage: npm run torture -- [options]

Starts Parley on a data folder of its own, lets people chat in it, kills it again and again (kill -9, half
of the time with its PostgreSQL), starts it anew on the same folder, and judges at the end what every client
was told and heard against the log and the rows. Ends with 1 when a promise was broken, and then keeps the
data folder and the history.

  --kills N     how often it is killed                       [${TORTURE_DEFAULTS.kills}]
  --minutes N   spreads the kills over so long; without it about 4 s lie between two
  --clients N   connected people                             [${TORTURE_DEFAULTS.clients}]
  --rooms N     rooms they share                             [${TORTURE_DEFAULTS.rooms}]
  --rate N      messages per second, all together            [${TORTURE_DEFAULTS.rate}]
  --questions N one message in so many asks the model        [${TORTURE_DEFAULTS.questionEvery}]
  --seed N      of the plan; printed                         [random]
  --keep        keeps the folder of a good run too
  --judge FILE  only judges the history.jsonl of an earlier run again
  --help
`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    minutes: { type: 'string' },
    clients: { type: 'string' },
    rooms: { type: 'string' },
    rate: { type: 'string' },
    questions: { type: 'string' },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
    judge: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else if (values.judge !== undefined) process.exitCode = await judgeAgain(values.judge);
else process.exitCode = await main();

async function judgeAgain(path: string): Promise<number> {
  const violations = judge(await readHistory(path));
  for (const violation of violations) console.log(JSON.stringify(violation));
  console.log(`violations ${violations.length}`);
  return violations.length === 0 ? 0 : 1;
}

function number(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new RangeError(`--${name} must be a number`);
}

async function main(): Promise<number> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'parley-torture-')));
  chmodSync(folder, 0o755);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error(`${signal}: ending; kept ${folder}`);
      void killProcessesOf(folder).finally(() => process.exit(130));
    });
  }
  const minutes = values.minutes === undefined ? undefined : number('minutes', values.minutes, 0);
  const from = Date.now();
  console.error(`in ${folder}`);
  const report = await runTorture(
    {
      kills: number('kills', values.kills, TORTURE_DEFAULTS.kills),
      clients: number('clients', values.clients, TORTURE_DEFAULTS.clients),
      rooms: number('rooms', values.rooms, TORTURE_DEFAULTS.rooms),
      rate: number('rate', values.rate, TORTURE_DEFAULTS.rate),
      questionEvery: number('questions', values.questions, TORTURE_DEFAULTS.questionEvery),
      seed: number('seed', values.seed, randomInt(2 ** 32)),
      log: (line) => console.error(`[${((Date.now() - from) / 1000).toFixed(1)} s] ${line}`),
      ...(minutes === undefined ? {} : { durationMs: minutes * 60_000 }),
    },
    folder,
  );
  console.log(describeReport(report));
  const good = report.violations.length === 0;
  if (good && !values.keep) rmSync(folder, { recursive: true, force: true });
  else console.log(`kept          ${folder}`);
  return good ? 0 : 1;
}
