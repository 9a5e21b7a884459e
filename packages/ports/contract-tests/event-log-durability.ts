import { describe, expect, test } from '@jest/globals';
import { TOPICS } from '@parley/contracts';
import { Collector, endsOf, isContiguous, readAll, textOf } from './collector.js';
import type { OpenLog } from './event-log.js';

export function durabilityContract(open: OpenLog, crash: () => Promise<void>): void {
  describe('after kill -9', () => {
    test.each([TOPICS.roomEvents, TOPICS.readMarks])(
      '%s: what was acknowledged is where it was acknowledged, and nothing is there that nobody sent',
      async (topic) => {
        const log = open();
        const acknowledged = new Map<string, string>();
        const sent = new Set<string>();
        let crashed = false;
        const progress = new Collector();
        const lane = async (partition: number): Promise<void> => {
          for (let n = 0; !crashed; n++) {
            const value = `${topic} ${partition} ${n}`;
            sent.add(value);
            const placed = await log.append({ topic, partition, key: 'k', value });
            acknowledged.set(`${placed.partition}:${placed.offset}`, value);
            progress.add([]);
          }
        };
        const from = await endsOf(log, topic);
        // What was under way when the log died has no answer, or a failure.
        const lanes = [0, 1, 1, 2].map((partition) => lane(partition).catch(() => undefined));
        await progress.until(() => acknowledged.size >= 100, '100 acknowledgements');
        const crashing = crash();
        crashed = true;
        const kept = new Map(acknowledged);
        await crashing;
        void lanes;

        const all = await readAll(open(), topic, from);
        const found = new Map(all.records.map((r) => [`${r.partition}:${r.offset}`, textOf(r)]));
        for (const [position, value] of kept) expect(found.get(position)).toBe(value);
        for (const value of found.values()) expect(sent.has(value)).toBe(true);
        for (const partition of [0, 1, 2]) expect(isContiguous(all.of(partition))).toBe(true);
      },
      60_000,
    );

    test('it is the same log, and goes on behind what it had', async () => {
      const topic = TOPICS.roomEvents;
      const before = open().identity;
      const last = await open().append({ topic, partition: 1, key: 'k', value: 'before' });
      await crash();
      expect(open().identity).toEqual(before);
      const collector = new Collector();
      const from = (await endsOf(open(), topic)).map((end, p) => (p === 1 ? last.offset : end));
      const tail = await open().tail({ topic, from, onRecords: collector.onRecords });
      const next = await open().append({ topic, partition: 1, key: 'k', value: 'after' });
      expect(next.offset).toBe(last.offset + 1);
      expect(next.at).toBeGreaterThanOrEqual(last.at);
      await collector.untilTexts(2, 1);
      await tail.stop();
      expect(collector.texts(1)).toEqual(['before', 'after']);
    }, 60_000);
  });
}
