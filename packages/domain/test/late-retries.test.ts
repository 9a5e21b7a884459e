import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalRoom } from '../src/index.js';
import { aLog, fold, someRetries, withRetries } from './any-log.js';

const RUNS = { numRuns: 250 };

test('the state is the same however often and however late records are appended again', () => {
  fc.assert(
    fc.property(aLog, someRetries, (log, retries) => {
      const noisy = withRetries(log, retries);
      const end = noisy.at(-1)?.stamp.at ?? 0;
      expect(canonicalRoom(fold(noisy).room, end)).toEqual(canonicalRoom(fold(log).room, end));
    }),
    RUNS,
  );
});

test('every record is judged as it was in the clean log, and every copy is void', () => {
  fc.assert(
    fc.property(aLog, someRetries, (log, retries) => {
      const noisy = withRetries(log, retries);
      const clean = fold(log).outcomes;
      const { outcomes } = fold(noisy);
      for (const [n, record] of noisy.entries()) {
        const original = log.indexOf(record);
        if (original >= 0) expect(outcomes[n]).toEqual(clean[original]);
        else expect(outcomes[n]?.reason).not.toBeNull();
      }
    }),
    RUNS,
  );
});

test('every record at once again changes nothing', () => {
  fc.assert(
    fc.property(aLog, (log) => {
      const doubled = log.flatMap(({ event, stamp }) => [
        { event, stamp },
        { event, stamp: { ...stamp, seq: stamp.seq + 1 } },
      ]);
      const end = log.at(-1)?.stamp.at ?? 0;
      expect(canonicalRoom(fold(doubled).room, end)).toEqual(canonicalRoom(fold(log).room, end));
    }),
    RUNS,
  );
});

test('arbitrary logs are worth judging: many of their records apply, and most reasons occur', () => {
  const seen = new Map<string, number>();
  for (const log of fc.sample(aLog, { numRuns: 300, seed: 7 })) {
    for (const [n, { reason }] of fold(log).outcomes.entries()) {
      const name = `${log[n]?.event.type} ${reason ?? 'applied'}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  }
  const applied = [...seen.keys()].filter((name) => name.endsWith(' applied'));
  expect(applied).toHaveLength(16);
  const reasons = new Set([...seen.keys()].map((name) => name.split(' ')[1]));
  expect(reasons).toEqual(
    new Set([
      ...['applied', 'stale', 'superseded', 'room_exists', 'room_deleted', 'not_a_member'],
      ...['forbidden', 'no_change', 'last_owner', 'banned', 'message_deleted', 'no_such_reply'],
      ...['reply_closed', 'foreign_claim', 'assistant_off'],
    ]),
  );
});
