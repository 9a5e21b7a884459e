import type { Measured, Scenario } from './scenario.js';
import { spreadOf, type Spread } from './statistics.js';
import { ms, percent, short, table } from './table.js';

type Results = ReadonlyMap<Scenario, Measured[]>;

const over = (list: readonly Measured[], value: (one: Measured) => number): Spread =>
  spreadOf(list.map(value));

const spread = ({ min, median, max }: Spread, show: (value: number) => string): string =>
  `${show(min)} / ${show(median)} / ${show(max)}`;

/** Deliveries per CPU second, with the spread of the repetitions, and how busy everybody was. */
export function deliveriesReport(results: Results): string {
  return table(
    [
      'min / median / max of the repetitions',
      'deliveries per CPU s of the server',
      'with the database',
      'deliveries/s',
      'per frame',
      'B each',
      'server',
      'database',
      'generator',
    ],
    [...results].map(([{ name }, list]) => [
      name + (list.some((one) => one.short > 0) ? ' (!)' : ''),
      spread(
        over(list, (one) => one.perCpuSecond),
        short,
      ),
      short(over(list, (one) => one.perCpuSecondWithDatabase).median),
      short(over(list, (one) => one.perSecond).median),
      over(list, (one) => one.perFrame).median.toFixed(1),
      over(list, (one) => one.bytesPerDelivery).median.toFixed(0),
      percent(over(list, (one) => one.serverBusy).median),
      percent(over(list, (one) => one.databaseBusy).median),
      percent(over(list, (one) => one.busy).median),
    ]),
  );
}

export function latencyReport(results: Results): string {
  return table(
    ['min / median / max of the repetitions', 'p50 ms', 'p99 ms', 'slowest ms', 'generator'],
    [...results].map(([{ name }, list]) => [
      name,
      spread(
        over(list, (one) => one.latency.p50),
        ms,
      ),
      spread(
        over(list, (one) => one.latency.p99),
        ms,
      ),
      ms(over(list, (one) => one.latency.max).max),
      percent(over(list, (one) => one.busy).median),
    ]),
  );
}

/** The median of one scenario over that of another. */
export function ratio(results: Results, of: Scenario, to: Scenario): string {
  const median = (scenario: Scenario): number =>
    over(results.get(scenario) ?? [], (one) => one.perCpuSecond).median;
  return `${of.name} : ${to.name} = ${(median(of) / median(to)).toFixed(2)}`;
}
