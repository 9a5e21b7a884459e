import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Continuity } from '../src/index.js';

const records = (...offsets: number[]) => offsets.map((offset) => ({ offset }));
const offsets = (run: readonly { offset: number }[]) => run.map(({ offset }) => offset);

test('what follows is taken, what was had before is left out', () => {
  const { run, gap } = new Continuity().follow(5, records(3, 4, 5, 6, 7));
  expect([offsets(run), gap]).toEqual([[5, 6, 7], undefined]);
});

test('a hole ends the run and asks to be read again; the same hole twice is real', () => {
  const continuity = new Continuity();
  const first = continuity.follow(5, records(5, 6, 9));
  expect(offsets(first.run)).toEqual([5, 6]);
  expect(first.gap).toEqual({ expected: 7, found: 9, real: false });
  expect(continuity.follow(7, records(9, 10)).gap).toEqual({ expected: 7, found: 9, real: true });
});

test('another hole is another question, and a real one is forgotten once passed', () => {
  const continuity = new Continuity();
  expect(continuity.follow(7, records(9)).gap?.real).toBe(false);
  expect(continuity.follow(7, records(7, 8, 12)).gap).toEqual({
    expected: 9,
    found: 12,
    real: false,
  });
  expect(continuity.follow(9, records(12)).gap?.real).toBe(true);
  expect(continuity.follow(9, records(12)).gap?.real).toBe(false);
});

test('however the records come in, the runs are one sequence without hole or repetition', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), (starts) => {
      const continuity = new Continuity();
      let next = 0;
      for (const start of starts) {
        const batch = records(...Array.from({ length: 5 }, (_, n) => start + n));
        const { run, gap } = continuity.follow(next, batch);
        expect(offsets(run)).toEqual(run.map((_, n) => next + n));
        next += run.length;
        if (gap?.real === true) next = gap.found;
      }
    }),
  );
});
