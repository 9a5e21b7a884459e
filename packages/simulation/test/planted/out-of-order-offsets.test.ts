import { expect, it } from '@jest/globals';
import type { EventLog, RecordsHandler, TailOptions } from '@parley/ports';
import type { SimNode } from '../../src/sim-node.js';
import { caught } from './plant.js';

/** Of two records that were written together the later one becomes visible first, for as long as it takes to look twice. */
function jumping(handler: RecordsHandler): RecordsHandler {
  const hidden = new Map<string, number>();
  return (partition, records) => {
    const [first, ...others] = records;
    if (first === undefined || others.length === 0) return handler(partition, records);
    const key = `${partition}@${first.offset}`;
    const looks = (hidden.get(key) ?? 0) + 1;
    hidden.set(key, looks);
    return handler(partition, looks <= 2 ? others : records);
  };
}

const outOfOrder = (log: EventLog): EventLog => ({
  identity: log.identity,
  append: (record) => log.append(record),
  end: (topic, partition) => log.end(topic, partition),
  tail: (options: TailOptions) => log.tail({ ...options, onRecords: jumping(options.onRecords) }),
  share: (options) => log.share(options),
  lag: (group) => log.lag(group),
});

it('offsets that become visible out of order are caught', async () => {
  const wraps = {
    log: (log: EventLog, node: SimNode) => (node.name.startsWith('edge-0') ? outOfOrder(log) : log),
  };
  expect(await caught('I4', { seeds: 100, wraps })).toBeGreaterThan(0);
});
