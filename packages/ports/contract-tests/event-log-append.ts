import { describe, expect, test } from '@jest/globals';
import { ALL_TOPICS, LogEpoch, TOPICS } from '@parley/contracts';
import { endsOf, isContiguous, readAll, textOf } from './collector.js';
import type { OpenLog } from './event-log.js';

export function appendContract(open: OpenLog): void {
  describe('append', () => {
    test('every partition of room-events begins with the log.epoch of this log', async () => {
      const log = open();
      const all = await readAll(log, TOPICS.roomEvents);
      for (let partition = 0; partition < log.identity.partitions; partition++) {
        const [first] = all.of(partition);
        if (first === undefined) throw new Error(`partition ${partition} is empty`);
        const { epoch, log_id, partitions } = LogEpoch.parse(JSON.parse(textOf(first)));
        expect({ epoch, log_id, partitions }).toEqual(log.identity);
        expect(first.offset).toBe(0);
      }
    });

    test.each(ALL_TOPICS)(
      '%s: one record after the other, each at the next offset',
      async (topic) => {
        const log = open();
        const end = await log.end(topic, 1);
        const placed = [];
        for (const value of ['a', 'b', 'c'])
          placed.push(await log.append({ topic, partition: 1, key: 'k', value }));
        expect(placed.map(({ partition, offset }) => [partition, offset])).toEqual(
          [0, 1, 2].map((i) => [1, end + i]),
        );
        expect(await log.end(topic, 1)).toBe(end + 3);
        expect(placed.map(({ at }) => at)).toEqual(placed.map(({ at }) => at).sort());
      },
    );

    test.each(ALL_TOPICS)('%s: the order of calls is the order of records', async (topic) => {
      const log = open();
      const from = await endsOf(log, topic);
      const calls = Array.from({ length: 600 }, (_, i) => ({
        partition: i % 3,
        value: `call ${i}`,
      }));
      // Some in one breath, some while others are on their way.
      const placed = [];
      for (const [i, { partition, value }] of calls.entries()) {
        placed.push(log.append({ topic, partition, key: 'k', value }));
        if (i % 97 === 0) await Promise.resolve();
        if (i % 251 === 0) await placed.at(-1);
      }
      const positions = await Promise.all(placed);
      const all = await readAll(log, topic, from);
      for (const partition of [0, 1, 2]) {
        const wanted = calls.filter((call) => call.partition === partition);
        expect(all.texts(partition)).toEqual(wanted.map(({ value }) => value));
        expect(isContiguous(all.of(partition))).toBe(true);
        const answered = positions.filter((position) => position.partition === partition);
        expect(all.of(partition).map(({ offset, at }) => [offset, at])).toEqual(
          answered.map(({ offset, at }) => [offset, at]),
        );
      }
    });

    test('a record is read as it was written, whatever its bytes', async () => {
      const log = open();
      const topic = TOPICS.readMarks;
      const values = [
        new TextEncoder().encode('{"text":"你好 👋 \\"quoted\\" \\\\ \'single\'"}'),
        Uint8Array.from([0, 255, 0, 128, 10, 92, 34]),
        new Uint8Array(300_000).map((_, i) => i % 251),
      ];
      const from = await endsOf(log, topic);
      for (const value of values)
        await log.append({ topic, partition: 2, key: 'some key+', value });
      const all = await readAll(log, topic, from);
      expect(all.of(2).map(({ value }) => Buffer.from(value).toString('hex'))).toEqual(
        values.map((value) => Buffer.from(value).toString('hex')),
      );
      expect(all.of(2).map(({ key, topic }) => [key, topic])).toEqual(
        values.map(() => ['some key+', topic]),
      );
    });
  });
}
