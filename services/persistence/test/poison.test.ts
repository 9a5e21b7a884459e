import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { MAX_RECORD_BYTES, TOPICS } from '@parley/contracts';
import { storedMessages } from './replay.js';
import { PARTITIONS, startRig, type Rig } from './rig.js';
import { TestRoom } from './room.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await rig.project();
});
afterAll(() => rig.stop());

interface Letter {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly offset: number;
  readonly reason: string;
  readonly raw: Buffer;
}

test('what cannot be read is kept as a dead letter, and the partition goes on', async () => {
  const room = new TestRoom(rig.log);
  await room.create();
  const good = JSON.stringify(room.post('good'));
  const bytes = (text: string) => Buffer.from(text);
  const poison = [
    { reason: 'bad_json', key: room.id, value: bytes('{"v":1,') },
    { reason: 'bad_utf8', key: room.id, value: Buffer.from([0x22, 0xff, 0x22]) },
    { reason: 'nul', key: room.id, value: bytes(good.replace('good', '\\u0000')) },
    { reason: 'lone_surrogate', key: room.id, value: bytes(good.replace('good', '\\ud800')) },
    { reason: 'oversize', key: room.id, value: Buffer.alloc(MAX_RECORD_BYTES + 1, 0x20) },
    { reason: 'unknown_version', key: room.id, value: bytes(good.replace('"v":1', '"v":2')) },
    { reason: 'invalid', key: room.id, value: bytes(good.replace('message.posted', 'x')) },
    { reason: 'wrong_key', key: randomUUID(), value: bytes(good) },
  ];
  const { partition } = room;
  const offsets: number[] = [];
  for (const { key, value } of poison) {
    const position = await rig.log.append({ topic: TOPICS.roomEvents, partition, key, value });
    offsets.push(position.offset);
  }
  // A record in another room's partition has no place in its room's order.
  const elsewhere = (partition + 1) % PARTITIONS;
  const astray = await rig.log.append({
    topic: TOPICS.roomEvents,
    partition: elsewhere,
    key: room.id,
    value: good,
  });
  await room.append(room.post('after all that'));
  await rig.projected();

  const { rows } = await rig.pool.query<Letter>('SELECT * FROM dead_letters ORDER BY partition');
  const { epoch } = rig.log.identity;
  const letters = poison.map(({ reason, value }, i) => ({
    topic: TOPICS.roomEvents,
    partition,
    epoch,
    offset: offsets[i],
    reason,
    raw: value,
  }));
  const strayed = { ...letters[0], partition: elsewhere, offset: astray.offset };
  letters.push({ ...strayed, reason: 'wrong_key', raw: bytes(good) } as (typeof letters)[number]);
  const order = (letter: { partition: number; offset: number | undefined }) =>
    letter.partition * 1e6 + (letter.offset ?? 0);
  const sorted = <L extends { partition: number; offset: number | undefined }>(all: L[]) =>
    [...all].sort((one, other) => order(one) - order(other));
  expect(sorted(rows)).toEqual(sorted(letters));
  const messages = await storedMessages(rig.pool, room.id);
  expect(messages.map(({ content }) => content)).toEqual(['after all that']);
});

test('a record of another log changes nothing and is no dead letter', async () => {
  const room = new TestRoom(rig.log);
  await room.create();
  const foreign = { ...room.post('foreign'), log: randomUUID() };
  await rig.log.append({
    topic: TOPICS.roomEvents,
    partition: room.partition,
    key: room.id,
    value: JSON.stringify(foreign),
  });
  const { rows: before } = await rig.pool.query('SELECT 1 FROM dead_letters');
  await room.append(room.post('ours'));
  await rig.projected();
  const { rows: after } = await rig.pool.query('SELECT 1 FROM dead_letters');
  expect(after).toHaveLength(before.length);
  expect((await storedMessages(rig.pool, room.id)).map(({ content }) => content)).toEqual(['ours']);
});

test('read marks: the highest of each user counts, broken ones are dead letters', async () => {
  const room = new TestRoom(rig.log);
  const reader = randomUUID();
  const mark = (seq: number) => ({
    v: 1,
    log: rig.log.identity.log_id,
    user_id: reader,
    room_id: room.id,
    seq,
  });
  const { partition } = room;
  for (const value of [mark(5), mark(9), 'broken', mark(7)]) {
    await rig.log.append({
      topic: TOPICS.readMarks,
      partition,
      key: room.id,
      value: JSON.stringify(value),
    });
  }
  await rig.projected();
  const marks = await rig.pool.query('SELECT user_id, seq FROM read_marks WHERE room_id = $1', [
    room.id,
  ]);
  expect(marks.rows).toEqual([{ user_id: reader, seq: 9 }]);
  const letters = await rig.pool.query('SELECT "offset" FROM dead_letters WHERE topic = $1', [
    TOPICS.readMarks,
  ]);
  expect(letters.rows).toEqual([{ offset: 2 }]);
});
