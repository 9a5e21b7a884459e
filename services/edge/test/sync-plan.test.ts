import { describe, expect, test } from '@jest/globals';
import { judgeRows, placeOf, sourceOf } from '../src/sync-plan.js';

describe('where a client stands', () => {
  const place = (after: number) => placeOf(after, 1_050, (seq) => seq >= 1_000 && seq < 2_000);

  test('known: the tail has read what it has', () => expect(place(1_049)).toBe('known'));
  test('ahead: another edge was further', () => expect(place(1_050)).toBe('ahead'));
  test('foreign: of an older log', () => expect(place(999)).toBe('foreign'));
  test('foreign: of a log to come', () => expect(place(2_000)).toBe('foreign'));
  test('foreign: never had anything', () => expect(place(0)).toBe('foreign'));
});

describe('where to get what it lacks', () => {
  const source = (after: number, joinedSeq: number, foreign = false) =>
    sourceOf({ after, foreign, joinedSeq, ringReaches: (seq) => seq >= 50 });

  test('from memory if it reaches back', () => expect(source(50, 10)).toBe('ring'));
  test('else from the rows', () => expect(source(49, 10)).toBe('rows'));
  test('all anew after leaving and coming back', () => expect(source(60, 61)).toBe('reset'));
  test('not anew for the event by which it became a member', () => {
    expect(source(60, 60)).toBe('ring');
  });
  test('all anew for another log', () => expect(source(60, 10, true)).toBe('reset'));
});

describe('rows', () => {
  const rows = {
    after: 40,
    projected: 60,
    reset: false,
    joinedSeq: 10,
    ringFloor: 55,
  };

  test('are of use if the ring continues them', () => {
    expect(judgeRows(rows)).toEqual({ use: true, base: 59 });
  });
  test('older than what the client has complete it all the same', () => {
    expect(judgeRows({ ...rows, after: 70 })).toEqual({ use: true, base: 70 });
  });
  test('leave a gap before the ring: read again when the projection has come to its floor', () => {
    expect(judgeRows({ ...rows, projected: 54 })).toEqual({ use: false, wanted: 54 });
    expect(judgeRows({ ...rows, projected: 55 })).toEqual({ use: true, base: 54 });
  });
  test('of a reset must know of the membership', () => {
    const reset = { ...rows, reset: true, joinedSeq: 60 };
    expect(judgeRows(reset)).toEqual({ use: false, wanted: 60 });
    expect(judgeRows({ ...reset, projected: 61 })).toEqual({ use: true, base: 60 });
  });
  test('of a reset replace what the client has, even if they are older', () => {
    expect(judgeRows({ ...rows, reset: true, after: 70 })).toEqual({ use: true, base: 59 });
  });
});
