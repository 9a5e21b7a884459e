import { describe, expect, it } from '@jest/globals';
import { TOPICS } from '@parley/contracts';
import { AppendOutcomeUnknown, type LogRecord } from '@parley/ports';
import { Dice } from '../src/dice.js';
import { Broker } from '../src/log/broker.js';
import { FAIR_LOG, type Fate, type LogWeather } from '../src/log/producer.js';
import { Groups, SimLog } from '../src/log/sim-log.js';
import { SimClock } from '../src/sim-clock.js';
import { SimNode } from '../src/sim-node.js';

const topic = TOPICS.roomEvents;
const text = new TextDecoder();

function setting(fate: Fate = 'fine') {
  const clock = new SimClock(1_000_000);
  const identity = { log_id: 'l', epoch: 1, partitions: 2 };
  const broker = new Broker(identity, clock);
  const groups = new Groups(clock, new Dice(5), identity.partitions);
  const fates = { ...FAIR_LOG.fates, fine: 0, [fate]: 1 };
  const weather: LogWeather = { ...FAIR_LOG, fates };
  const nodes = (name: string): SimNode => new SimNode(name, clock, new Dice(3).stream(name), 0);
  const logOf = (node: SimNode): SimLog => new SimLog(broker, groups, node, clock, weather);
  const values = (): string[] =>
    broker
      .partition(topic, 0)
      .records.slice(1)
      .map(({ value }) => text.decode(value));
  const append = (log: SimLog, value: string) =>
    log.append({ topic, partition: 0, key: 'k', value });
  return { clock, broker, groups, nodes, logOf, values, append };
}

describe('appends', () => {
  it('keep their order and answer where they stand', async () => {
    const { clock, nodes, logOf, values, append } = setting();
    const log = logOf(nodes('n'));
    const offsets: number[] = [];
    for (const value of ['a', 'b', 'c']) {
      void append(log, value).then(({ offset }) => offsets.push(offset));
    }
    await clock.run(1_000);
    expect(values()).toEqual(['a', 'b', 'c']);
    expect(offsets).toEqual([1, 2, 3]);
  });

  it.each([
    ['again', 2],
    ['late', 1],
    ['echo', 2],
  ] as const)('%s: are answered, and written %i times in the end', async (fate, times) => {
    const { clock, nodes, logOf, values, append } = setting(fate);
    let answered = false;
    void append(logOf(nodes('n')), 'a').then(() => (answered = true));
    await clock.run(60_000);
    expect(answered).toBe(true);
    await clock.run(600_000);
    expect(values()).toEqual(Array.from({ length: times }, () => 'a'));
  });

  it.each([
    ['unknown-never', 0],
    ['unknown-written', 1],
    ['unknown-later', 1],
  ] as const)('%s: are given up within 60 s, and written %i times', async (fate, times) => {
    const { clock, nodes, logOf, values, append } = setting(fate);
    let error: unknown;
    append(logOf(nodes('n')), 'a').catch((why: unknown) => (error = why));
    await clock.run(1_900);
    expect(error).toBeUndefined();
    await clock.run(58_200);
    expect(error).toBeInstanceOf(AppendOutcomeUnknown);
    await clock.run(600_000);
    expect(values()).toEqual(Array.from({ length: times }, () => 'a'));
  });
});

describe('readers', () => {
  it('get every record of every partition in order, and again from where they seek', async () => {
    const { clock, broker, nodes, logOf } = setting();
    const seen: string[] = [];
    const log = logOf(nodes('n'));
    const subscription = await log.tail({
      topic,
      from: [1, 1],
      onRecords: (partition, records: readonly LogRecord[]) => {
        seen.push(...records.map(({ offset }) => `${partition}@${offset}`));
      },
    });
    for (const partition of [0, 1, 0]) broker.write({ topic, partition, key: 'k', value: 'v' });
    await clock.run(500);
    expect(seen.sort()).toEqual(['0@1', '0@2', '1@1']);
    subscription.seek(0, 2);
    await clock.run(500);
    expect(seen).toContain('0@2');
    expect(seen).toHaveLength(4);
    await subscription.stop();
    broker.write({ topic, partition: 0, key: 'k', value: 'v' });
    await clock.run(500);
    expect(seen).toHaveLength(4);
  });

  it('of a group own each partition once, and take over what a dead one had', async () => {
    const { clock, groups, nodes, logOf } = setting();
    const owned = { one: new Set<number>(), two: new Set<number>() };
    const join = (name: 'one' | 'two', node: SimNode) =>
      logOf(node).share({
        group: 'g',
        topic,
        onGained: async (partition) => {
          owned[name].add(partition);
          return 0;
        },
        onLost: (partition) => void owned[name].delete(partition),
        onRecords: () => undefined,
      });
    const [first, second] = [nodes('one'), nodes('two')];
    await join('one', first);
    await join('two', second);
    await clock.run(2_000);
    expect([...owned.one, ...owned.two].sort()).toEqual([0, 1]);
    first.crash();
    for (const group of groups.all()) group.crashed(first);
    await clock.run(10_000);
    expect([...owned.two].sort()).toEqual([0, 1]);
  });
});
