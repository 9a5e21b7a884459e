import { describe, expect, test } from '@jest/globals';
import { Ring } from '../src/ring.js';

const entry = (seq: number, size = 1) => ({ seq, id: `id${seq}`, frame: 'x'.repeat(size) });

function ringOf(capacity: number, floor: number, seqs: readonly number[]): Ring {
  const ring = new Ring(capacity, floor);
  for (const seq of seqs) ring.push(entry(seq));
  return ring;
}

describe('a ring', () => {
  test('reaches back to whoever has everything below its floor', () => {
    const ring = ringOf(10, 100, [103, 107]);
    expect(ring.reaches(99)).toBe(true);
    expect(ring.reaches(98)).toBe(false);
    expect(ring.since(99).map(({ seq }) => seq)).toEqual([103, 107]);
    expect(ring.since(103).map(({ seq }) => seq)).toEqual([107]);
    expect(ring.since(107)).toEqual([]);
  });

  test('reaches back no further than what it evicted', () => {
    const ring = ringOf(2, 100, [103, 107, 111]);
    expect(ring.reaches(102)).toBe(false);
    expect(ring.reaches(103)).toBe(true);
    expect(ring.since(103).map(({ seq }) => seq)).toEqual([107, 111]);
  });

  test('keeps at most its capacity over a long time', () => {
    const ring = new Ring(5, 0);
    for (let seq = 0; seq < 1_000; seq++) ring.push(entry(seq));
    expect(ring.size).toBe(5);
    expect(ring.since(0).map(({ seq }) => seq)).toEqual([995, 996, 997, 998, 999]);
  });

  test('keeps fewer events when they are large', () => {
    const ring = new Ring(100, 0);
    for (let seq = 0; seq < 100; seq++) ring.push(entry(seq, 100_000));
    expect(ring.size).toBeLessThan(25);
    expect(ring.reaches(99 - ring.size)).toBe(true);
  });

  test('hands out slices that can be continued', () => {
    const ring = ringOf(10, 0, [1, 2, 3, 4, 5]);
    const first = ring.slice(1, 2);
    expect(first).toEqual({ frames: ['x', 'x'], through: 3, complete: false });
    expect(ring.slice(first.through, 2)).toEqual({
      frames: ['x', 'x'],
      through: 5,
      complete: true,
    });
    expect(ring.slice(5, 2)).toEqual({ frames: [], through: 5, complete: true });
  });

  test('hands out at least one event, however large', () => {
    const ring = new Ring(10, 0);
    ring.push(entry(1, 1_000));
    ring.push(entry(2, 1_000));
    expect(ring.slice(0, 10)).toMatchObject({ through: 1, complete: false });
  });

  test('finds an event by its id until it is evicted', () => {
    const ring = ringOf(2, 0, [1, 2, 3]);
    expect(ring.find('id3')?.seq).toBe(3);
    expect(ring.find('id1')).toBeUndefined();
  });
});
