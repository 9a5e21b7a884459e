import { describe, expect, test } from '@jest/globals';
import { ALL_TOPICS, TOPICS } from '@parley/contracts';
import { Collector, endsOf, gate, isContiguous, withDeadline } from './collector.js';
import type { OpenLog } from './event-log.js';

const topic = TOPICS.roomEvents;

export function tailContract(open: OpenLog): void {
  const append = (partition: number, value: string) =>
    open().append({ topic, partition, key: 'k', value });

  describe('tail', () => {
    test('begins where it is told, in each partition', async () => {
      const from = await endsOf(open(), topic);
      for (const value of ['a', 'b', 'c']) for (const p of [0, 1]) await append(p, value);
      const collector = new Collector();
      const starts = from.map((end, p) => (p === 0 ? end + 2 : end));
      const tail = await open().tail({ topic, from: starts, onRecords: collector.onRecords });
      await collector.untilTexts(4);
      await tail.stop();
      expect([collector.texts(0), collector.texts(1)]).toEqual([['c'], ['a', 'b', 'c']]);
    });

    test(`'end' hears what is appended after the subscription, and nothing before`, async () => {
      await append(0, 'before');
      const collector = new Collector();
      const tail = await open().tail({ topic, from: 'end', onRecords: collector.onRecords });
      await append(0, 'after');
      await collector.untilTexts(1);
      await tail.stop();
      expect(collector.texts()).toEqual(['after']);
    });

    test.each(ALL_TOPICS)('%s: every tail hears every record once, in order', async (topic) => {
      const log = open();
      const from = await endsOf(log, topic);
      const readers = [new Collector(), new Collector(), new Collector()];
      const tails = await Promise.all(
        readers.map(({ onRecords }) => log.tail({ topic, from, onRecords })),
      );
      const values = Array.from({ length: 200 }, (_, i) => `${i}`);
      await Promise.all(
        values.map((value, i) => log.append({ topic, partition: i % 2, key: 'k', value })),
      );
      for (const reader of readers) {
        await reader.untilTexts(200);
        for (const partition of [0, 1]) {
          expect(isContiguous(reader.of(partition))).toBe(true);
          expect(reader.texts(partition)).toEqual(values.filter((_, i) => i % 2 === partition));
        }
      }
      await Promise.all(tails.map((tail) => tail.stop()));
    });

    test('a record wakes its reader: a chain of them runs far faster than any polling', async () => {
      const log = open();
      const hops = 60;
      const taken: number[] = [];
      let sentAt = 0;
      const done = gate();
      const hop = async (): Promise<void> => {
        sentAt = performance.now();
        await log.append({ topic, partition: 0, key: 'k', value: 'hop' });
      };
      const tail = await log.tail({
        topic,
        from: 'end',
        // Each record is the effect of hearing the one before it.
        onRecords: (_partition, records) => {
          for (const _ of records) {
            taken.push(performance.now() - sentAt);
            if (taken.length < hops) void hop();
            else done.open();
          }
        },
      });
      await hop();
      await withDeadline(done.opened, 'the chain');
      await tail.stop();
      const median = taken.sort((a, b) => a - b)[hops / 2] ?? Infinity;
      expect(median).toBeLessThan(100);
    });

    test('a reader that stands still in one partition holds up no other partition and no other reader', async () => {
      const from = await endsOf(open(), topic);
      const blocked = gate();
      const [slow, free] = [new Collector(), new Collector()];
      const slowTail = await open().tail({
        topic,
        from,
        onRecords: async (partition, records) => {
          if (partition === 0) await blocked.opened;
          slow.add(records);
        },
      });
      const freeTail = await open().tail({ topic, from, onRecords: free.onRecords });
      for (const partition of [0, 1]) await append(partition, 'news');
      await free.untilTexts(2);
      await slow.untilTexts(1);
      expect(slow.texts(1)).toEqual(['news']);
      expect(slow.texts(0)).toEqual([]);
      blocked.open();
      await slow.untilTexts(2);
      await Promise.all([slowTail.stop(), freeTail.stop()]);
    });

    test('a slow reader misses nothing of what was appended meanwhile, however much', async () => {
      const from = await endsOf(open(), topic);
      const blocked = gate();
      const collector = new Collector();
      const tail = await open().tail({
        topic,
        from,
        onRecords: async (_partition, records) => {
          await blocked.opened;
          collector.add(records);
        },
      });
      const padding = 'x'.repeat(1_000);
      const values = Array.from({ length: 3_000 }, (_, i) => `${i} ${padding}`);
      await Promise.all(values.map((value) => append(1, value)));
      blocked.open();
      await collector.untilTexts(values.length);
      await tail.stop();
      expect(collector.texts()).toEqual(values);
      expect(isContiguous(collector.of(1))).toBe(true);
    });

    test('seek continues elsewhere from the next batch on: back', async () => {
      const from = await endsOf(open(), topic);
      const collector = new Collector();
      const tail = await open().tail({ topic, from, onRecords: collector.onRecords });
      for (const value of ['a', 'b', 'c']) await append(0, value);
      await collector.untilTexts(3);
      tail.seek(0, (from[0] ?? 0) + 1);
      await collector.untilTexts(5);
      await tail.stop();
      expect(collector.texts()).toEqual(['a', 'b', 'c', 'b', 'c']);
    });

    test('seek continues elsewhere from the next batch on: forth, and what was fetched is dropped', async () => {
      const from = await endsOf(open(), topic);
      const entered = gate();
      const leave = gate();
      const collector = new Collector();
      const tail = await open().tail({
        topic,
        from,
        onRecords: async (_partition, records) => {
          collector.add(records);
          entered.open();
          await leave.opened;
        },
      });
      await append(0, 'a');
      await withDeadline(entered.opened, 'the handler');
      for (const value of ['skipped', 'skipped', 'd']) await append(0, value);
      tail.seek(0, (from[0] ?? 0) + 3);
      leave.open();
      await collector.untilTexts(2);
      await tail.stop();
      expect(collector.texts()).toEqual(['a', 'd']);
    });

    test('stop waits for the handler that runs, and no other begins', async () => {
      const entered = gate();
      const leave = gate();
      const collector = new Collector();
      const tail = await open().tail({
        topic,
        from: 'end',
        onRecords: async (_partition, records) => {
          entered.open();
          await leave.opened;
          collector.add(records);
        },
      });
      await append(0, 'handled');
      await withDeadline(entered.opened, 'the handler');
      const stopped = tail.stop();
      await append(0, 'too late');
      expect(collector.texts()).toEqual([]);
      leave.open();
      await stopped;
      expect(collector.texts()).toEqual(['handled']);
      await tail.ended;
      // Another reader hears a later record: had the stopped one been given any, it would have been by now.
      const witness = new Collector();
      const other = await open().tail({ topic, from: 'end', onRecords: witness.onRecords });
      await append(0, 'later');
      await witness.untilTexts(1);
      await other.stop();
      expect(collector.texts()).toEqual(['handled']);
    });

    test('a handler that throws ends its subscription with that error', async () => {
      const tail = await open().tail({
        topic,
        from: 'end',
        onRecords: () => {
          throw new Error('a bug in the reader');
        },
      });
      const ended = expect(withDeadline(tail.ended, 'the end')).rejects.toThrow(
        'a bug in the reader',
      );
      await append(0, 'trap');
      await ended;
    });
  });
}
