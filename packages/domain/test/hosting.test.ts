import { expect, test } from '@jest/globals';
import { MEMBERSHIP_EVENTS, roomKey, seqOf, type RoomEvent } from '@parley/contracts';
import * as fc from 'fast-check';
import {
  PartitionView,
  applyRoomEvent,
  canonicalRoom,
  emptyRoom,
  type KeptRecord,
  type RoomState,
} from '../src/index.js';
import { aLog, type Appended } from './any-log.js';
import { LOG, ROOM, START, Story, ann, cid, id } from './story.js';

const EPOCH = 2;
const OTHER = id(0x901);

/** Records of the room, and after some of them one of another room. */
function recordsOf(log: readonly Appended[], others: ReadonlySet<number>): KeptRecord[] {
  const records: KeptRecord[] = [];
  const append = (event: RoomEvent, at: number): void => {
    const key = roomKey(event.room_id, MEMBERSHIP_EVENTS.has(event.type));
    const value = new TextEncoder().encode(JSON.stringify(event));
    records.push({ offset: records.length, at, key, value });
  };
  log.forEach(({ event, stamp }, n) => {
    append(event, stamp.at);
    if (others.has(n)) append({ ...event, room_id: OTHER }, stamp.at);
  });
  return records;
}

/** What the projection shows at a position: the fold of everything below it. */
function projected(records: readonly KeptRecord[], at: number): RoomState | undefined {
  const room = emptyRoom(ROOM);
  for (const { value, offset, at: time } of records.slice(0, at)) {
    const event = JSON.parse(new TextDecoder().decode(value)) as RoomEvent;
    if (event.room_id !== ROOM) continue;
    applyRoomEvent(room, event, { seq: seqOf(EPOCH, offset), at: time });
  }
  return room.settings === null && room.window.size === 0 ? undefined : room;
}

const view = (from: number, maxKept = 10_000) =>
  new PartitionView({ partition: 0, logId: LOG, epoch: EPOCH, from, maxKept });

const aRun = fc.record({
  log: aLog,
  others: fc.array(fc.nat(80)).map((list) => new Set(list)),
  /** As fractions: where the tail began, how far it is when the room is read, and where it is read. */
  from: fc.double({ min: 0, max: 1, noNaN: true }),
  tail: fc.double({ min: 0, max: 1, noNaN: true }),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  maxKept: fc.oneof(fc.constant(10_000), fc.integer({ min: 1, max: 40 })),
  told: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});

test('a room read at any position and hosted at any other is the fold of the whole log', () => {
  let hosted = 0;
  fc.assert(
    fc.property(aRun, ({ log, others, maxKept, told, ...fractions }) => {
      const records = recordsOf(log, others);
      const place = (fraction: number) => Math.round(fraction * records.length);
      const from = place(fractions.from);
      const tail = Math.max(from, place(fractions.tail));
      const at = place(fractions.at);
      const partition = view(from, maxKept);
      for (const record of records.slice(from, tail)) partition.take(record);
      // R as this view hears of it: forward, or back after a crash of the database.
      for (const position of told) partition.projectedTo(place(position));

      const state = projected(records, at);
      const before = structuredClone(state);
      const hosting = partition.host(ROOM, state, at);
      if (at > tail) expect(hosting.status).toBe('tail_behind');
      else if (at < partition.keptFrom) expect(hosting.status).toBe('projection_behind');
      else expect(hosting.status).toBe('hosted');
      if (hosting.status !== 'hosted') {
        expect(state).toEqual(before);
        return;
      }
      hosted += 1;
      for (const record of records.slice(tail)) partition.take(record);
      const end = records.at(-1)?.at ?? 0;
      const whole = projected(records, records.length) ?? emptyRoom(ROOM);
      const live = partition.room(ROOM) ?? emptyRoom(OTHER);
      expect(canonicalRoom(live, end)).toEqual(canonicalRoom(whole, end));
    }),
    { numRuns: 300 },
  );
  expect(hosted).toBeGreaterThan(60);
});

/** A group and some messages: offsets 0 to 9. */
function somePosts(): KeptRecord[] {
  const story = new Story().group();
  for (let n = 1; n < 10; n++) story.wait(100).post(cid, `m${n}`);
  return recordsOf(story.told, new Set());
}

test('events of a hosted room are judged as they come, those of others are skipped by key', () => {
  const records = somePosts();
  const partition = view(0);
  expect(partition.take(records[0] as KeptRecord)).toMatchObject({
    membership: { type: 'room.created' },
  });
  expect(partition.take(records[1] as KeptRecord)).toEqual({});
  expect(partition.host(ROOM, undefined, 0)).toMatchObject({
    status: 'hosted',
    replayed: [{ event: { type: 'room.created' } }, { event: { content: 'm1' } }],
  });
  const { judged } = partition.take(records[2] as KeptRecord);
  expect(judged).toMatchObject({
    event: { content: 'm2' },
    stamp: { seq: seqOf(EPOCH, 2), at: START + 200 },
    outcome: { reason: null, order: 2 },
  });
  expect(judged?.room).toBe(partition.room(ROOM));
  expect([...partition.rooms()]).toHaveLength(1);
  partition.release(ROOM);
  expect(partition.room(ROOM)).toBeUndefined();
  expect(partition.take(records[3] as KeptRecord)).toEqual({});
});

test('a room that is hosted already stays as it is', () => {
  const records = somePosts();
  const partition = view(0);
  for (const record of records) partition.take(record);
  partition.host(ROOM, undefined, 0);
  const live = partition.room(ROOM);
  expect(partition.host(ROOM, projected(records, 3), 3)).toEqual({
    status: 'hosted',
    replayed: [],
  });
  expect(partition.room(ROOM)).toBe(live);
});

test('records must come one after the other; a real gap is passed with the rooms kept', () => {
  const records = somePosts();
  const partition = view(0);
  partition.take(records[0] as KeptRecord);
  partition.host(ROOM, undefined, 0);
  expect(() => partition.take(records[2] as KeptRecord)).toThrow(RangeError);
  expect(partition.next).toBe(1);
  partition.skipTo(5);
  expect(() => partition.skipTo(4)).toThrow(RangeError);
  expect(partition.take(records[5] as KeptRecord).judged?.outcome).toMatchObject({ order: 1 });
  expect(partition.next).toBe(6);
});

test('what the projection has passed is dropped at the next poll but one', () => {
  const records = somePosts();
  const partition = view(0);
  for (const record of records) partition.take(record);
  partition.projectedTo(6);
  expect([partition.projected, partition.keptFrom, partition.keptCount]).toEqual([6, 0, 10]);
  partition.projectedTo(8);
  expect([partition.projected, partition.keptFrom, partition.keptCount]).toEqual([8, 6, 4]);
  // The database came back at an older position: what is kept stays, and hosting there has to wait.
  partition.projectedTo(4);
  partition.projectedTo(4);
  expect([partition.projected, partition.keptFrom]).toEqual([4, 6]);
  expect(partition.host(ROOM, projected(records, 4), 4)).toEqual({ status: 'projection_behind' });
  expect(partition.host(ROOM, projected(records, 6), 6)).toMatchObject({ status: 'hosted' });
});

test('no more is kept than allowed, in records and in bytes: the oldest go', () => {
  const records = somePosts();
  const few = view(0, 3);
  for (const record of records) few.take(record);
  expect([few.keptCount, few.keptFrom, few.next]).toEqual([3, 7, 10]);
  expect(few.host(ROOM, projected(records, 6), 6)).toEqual({ status: 'projection_behind' });
  expect(few.host(ROOM, projected(records, 7), 7)).toMatchObject({ status: 'hosted' });

  const size = records[9]?.value.byteLength ?? 0;
  const options = { partition: 0, logId: LOG, epoch: EPOCH, from: 0, maxKept: 100 };
  const small = new PartitionView({ ...options, maxKeptBytes: 2 * size + 1 });
  for (const record of records) small.take(record);
  expect(small.keptCount).toBe(2);
});

test('a tail that began beyond the end of the projection hosts what it reads at its own position', () => {
  const records = somePosts();
  const partition = view(10);
  expect(partition.host(ROOM, projected(records, 9), 9)).toEqual({ status: 'projection_behind' });
  expect(partition.host(ROOM, projected(records, 11), 11)).toEqual({ status: 'tail_behind' });
  expect(partition.host(ROOM, projected(records, 10), 10)).toMatchObject({ replayed: [] });
});

test('kept membership events are told from a position on, hosted or not', () => {
  const story = new Story().group();
  story.post(cid);
  story.tell({ type: 'member.left', by: ann, user_id: cid, reason: 'kicked' });
  const records = recordsOf(story.told, new Set());
  const partition = view(0);
  for (const record of records) partition.take(record);
  const typesSince = (at: number) => partition.membershipSince(at)?.map(({ event }) => event.type);
  expect(typesSince(0)).toEqual(['room.created', 'member.left']);
  expect(typesSince(1)).toEqual(['member.left']);
  expect(partition.membershipSince(2)?.[0]?.stamp).toEqual({ seq: seqOf(EPOCH, 2), at: START });
  expect(typesSince(3)).toEqual([]);
  partition.projectedTo(2);
  partition.projectedTo(2);
  expect(typesSince(1)).toBeUndefined();
  expect(typesSince(2)).toEqual(['member.left']);
});

test('the log’s own records and broken ones are told and passed', () => {
  const partition = view(0);
  const take = (key: string, value: unknown) =>
    partition.take({
      offset: partition.next,
      at: START,
      key,
      value: new TextEncoder().encode(JSON.stringify(value)),
    });
  const genesis = { v: 1, type: 'log.epoch', epoch: 2, log_id: LOG, partitions: 16 };
  expect(take('', genesis)).toEqual({ genesis });
  expect(take(`${ROOM}+`, { v: 1 })).toEqual({ dead: 'invalid' });
  const { event } = new Story().group().last;
  expect(take(`${ROOM}+`, { ...event, log: id(5) })).toEqual({ foreign: true });
  expect([partition.next, partition.membershipSince(0)]).toEqual([3, []]);
});

test('the bytes of a record may change after it was taken', () => {
  const records = somePosts();
  const partition = view(0);
  const shared = Buffer.alloc(4096);
  for (const { value, ...record } of records) {
    shared.set(value);
    partition.take({ ...record, value: shared.subarray(0, value.byteLength) });
    shared.fill(0);
  }
  expect(partition.host(ROOM, undefined, 0)).toMatchObject({ status: 'hosted' });
  expect(partition.room(ROOM)?.last_order).toBe(9);
});
