/** One way of laying a load on one target, and what its repetitions measured. */
import type { LoadResult, LoadRun } from './load.js';
import type { Generator } from './processes.js';

/** CPU seconds so far of the server that is measured, and of what it needs beside itself. */
type CpuMeter = () => { readonly own: number; readonly database: number };

export interface Scenario {
  readonly name: string;
  readonly generator: Generator;
  readonly cpu: CpuMeter;
  readonly run: LoadRun;
}

/** One repetition. */
export interface Measured extends LoadResult {
  /** Deliveries per CPU second of the server process. */
  readonly perCpuSecond: number;
  /** The same with the database's CPU counted in. */
  readonly perCpuSecondWithDatabase: number;
  readonly perSecond: number;
  /** Of one core. */
  readonly serverBusy: number;
  readonly databaseBusy: number;
}

export async function measure(scenario: Scenario): Promise<Measured> {
  const before = scenario.cpu();
  const result = await scenario.generator.run(scenario.run);
  const after = scenario.cpu();
  const own = after.own - before.own;
  const database = after.database - before.database;
  return {
    ...result,
    perCpuSecond: result.deliveries / own,
    perCpuSecondWithDatabase: result.deliveries / (own + database),
    perSecond: result.deliveries / result.seconds,
    serverBusy: own / result.seconds,
    databaseBusy: database / result.seconds,
  };
}

/** Runs the scenarios in turn, again and again, so that what else the machine does meets all of them alike. */
export async function interleave(
  scenarios: readonly Scenario[],
  repeats: number,
  log: (line: string) => void,
): Promise<ReadonlyMap<Scenario, Measured[]>> {
  const measured = new Map<Scenario, Measured[]>(scenarios.map((scenario) => [scenario, []]));
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const scenario of scenarios) {
      const one = await measure(scenario);
      measured.get(scenario)?.push(one);
      const short = one.short > 0 ? `, ${one.short} SOCKETS SHORT` : '';
      log(
        `${repeat}/${repeats} ${scenario.name}: ${one.sent} messages, ` +
          `${Math.round(one.perCpuSecond / 1000)}k deliveries per CPU second${short}`,
      );
    }
  }
  return measured;
}
