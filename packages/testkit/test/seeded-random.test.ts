import { expect, test } from '@jest/globals';
import { SeededRandom } from '../src/random.js';

const draw = (seed: number): number[] => {
  const random = new SeededRandom(seed);
  return Array.from({ length: 1_000 }, () => random.between(1, 6));
};

test('the same seed draws the same numbers, another seed others', () => {
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('all numbers of a range come, and no others', () => {
  expect([...new Set(draw(3))].sort()).toEqual([1, 2, 3, 4, 5, 6]);
});
