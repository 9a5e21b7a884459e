import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { TOPICS, partitionOf } from '@parley/contracts';
import { until } from '@parley/testkit';
import type { EventLog, LogRecord, Subscription, TailOptions } from '@parley/ports';
import { Rig, errors, message, overriding } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

/** The log, with what its tail of room-events delivers altered on the way. */
function altered(alter: (records: readonly LogRecord[]) => readonly LogRecord[]): EventLog {
  return overriding(rig.log, {
    tail: (options: TailOptions): Promise<Subscription> =>
      rig.log.tail({
        ...options,
        onRecords: (partition, records) =>
          options.onRecords(
            partition,
            options.topic === TOPICS.roomEvents ? alter(records) : records,
          ),
      }),
  });
}

describe('signs of another log', () => {
  test('a genesis record that is not this log’s ends the process', async () => {
    const genesis = {
      ...{ v: 1, type: 'log.epoch', partitions: 4 },
      ...{ epoch: rig.log.identity.epoch + 1, log_id: randomUUID() },
    };
    let told = false;
    const log = altered((records) =>
      records.map((record) => {
        if (told) return record;
        told = true;
        return { ...record, key: 'genesis', value: Buffer.from(JSON.stringify(genesis)) };
      }),
    );
    const edge = await rig.edge({}, { log });
    await rig.room([await rig.somebody()]);
    await until('the end', 5_000, () => edge.fatal.length > 0);
    expect(String(edge.fatal[0])).toContain('Another log');
  });

  test('a single record of another log is read past', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const hers = await edge.connect(ann);
    await rig.append('room.updated', room.id, {
      ...{ by: ann.user.id, basis: room.created, name: 'of elsewhere' },
      ...({ log: randomUUID() } as object),
    });
    hers.say(message(room, 'onwards'));
    await hers.heard('message.posted');
    expect(hers.all('room.updated')).toEqual([]);
    expect(edge.fatal).toEqual([]);
  });

  test.each([
    ['bad JSON', '{"v":1,'],
    ['an unknown version', '{"v":2,"type":"message.posted"}'],
    ['NUL', '{"v":1,"type":"message.posted","content":"\\u0000"}'],
  ])('%s is read past', async (_, value) => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const edge = await rig.edge();
    const hers = await edge.connect(ann);
    const partition = partitionOf(room.id, rig.log.identity.partitions);
    for (const key of [room.id, `${room.id}+`, 'nonsense']) {
      await rig.log.append({ topic: TOPICS.roomEvents, partition, key, value });
    }
    hers.say(message(room, 'onwards'));
    await hers.heard('message.posted');
    expect(edge.fatal).toEqual([]);
  });
});

describe('a hole in the offsets', () => {
  test('is looked at again, and gone if it was none', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    let drop = true;
    const log = altered((records) => {
      const kept = records.filter(({ value }) => !(drop && String(value).includes('lost once')));
      if (kept.length < records.length) drop = false;
      return kept;
    });
    const edge = await rig.edge({}, { log });
    const hers = await edge.connect(ann);
    await room.post(ann, 'lost once');
    await room.post(ann, 'behind it');
    await hers.heard('message.posted', ({ content }) => content === 'behind it');
    expect(hers.all('message.posted').map(({ content }) => content)).toEqual([
      'lost once',
      'behind it',
    ]);
  });

  test('is passed at the second meeting', async () => {
    const ann = await rig.somebody();
    const room = await rig.room([ann]);
    const log = altered((records) =>
      records.filter(({ value }) => !String(value).includes('lost for good')),
    );
    const edge = await rig.edge({}, { log });
    const hers = await edge.connect(ann);
    await room.post(ann, 'lost for good');
    await room.post(ann, 'behind it');
    await hers.heard('message.posted', ({ content }) => content === 'behind it');
    hers.say(message(room, 'and on'));
    await hers.heard('message.posted', ({ content }) => content === 'and on');
    expect(errors).toContain('passing a hole in the log');
    expect(edge.fatal).toEqual([]);
  });
});
