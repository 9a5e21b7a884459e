import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventLog, LogRecord } from '@parley/ports';
import { until } from '@parley/testkit';
import { storedMessages } from './replay.js';
import { startRig, type Rig } from './rig.js';
import { TestRoom } from './room.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** The log, read by a client that withholds some records from the projection. */
function withholding(log: EventLog, withheld: (record: LogRecord) => boolean): EventLog {
  return {
    identity: log.identity,
    append: (record) => log.append(record),
    end: (topic, partition) => log.end(topic, partition),
    tail: (options) => log.tail(options),
    share: (options) =>
      log.share({
        ...options,
        onRecords: (partition, records) =>
          options.onRecords(
            partition,
            records.filter((record) => !withheld(record)),
          ),
      }),
    lag: (group) => log.lag(group),
  };
}

async function contents(withheld: (record: LogRecord) => boolean): Promise<string[]> {
  const room = new TestRoom(rig.log);
  await room.create();
  for (const content of ['one', 'two', 'three']) await room.append(room.post(content));
  const persistence = await rig.project({
    log: withholding(rig.log, (record) => record.key === room.id && withheld(record)),
  });
  const end = await rig.log.end('chat.room-events.v1', room.partition);
  await until('the projection', 10_000, async () => {
    const positions = await rig.store.positions('chat.room-events.v1');
    return positions[room.partition] === end;
  });
  await persistence.stop();
  return (await storedMessages(rig.pool, room.id)).map(({ content }) => content);
}

const says = (record: LogRecord, text: string) => Buffer.from(record.value).includes(`"${text}"`);

test('a hole that was a reader’s mistake is read again: nothing is lost', async () => {
  let withheld = 0;
  expect(await contents((record) => says(record, 'two') && withheld++ === 0)).toEqual([
    'one',
    'two',
    'three',
  ]);
  expect(withheld).toBeGreaterThan(1);
});

test('a hole that stays is passed, and said', async () => {
  expect(await contents((record) => says(record, 'two'))).toEqual(['one', 'three']);
  expect(rig.said).toContainEqual({
    level: 'error',
    message: 'offsets are missing from the log: passed over',
  });
});
