import { expect, test } from '@jest/globals';
import { backoffMs } from '../src/index.js';

test('waits double between their bounds', () => {
  const bounds = { first: 100, longest: 1000 };
  const waits = [1, 2, 3, 4, 5, 500].map((failures) => backoffMs(failures, 0, bounds));
  expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
});

test('the dice shorten a wait by up to a half', () => {
  const bounds = { first: 100, longest: 1000 };
  expect(backoffMs(1, 0.5, bounds)).toBe(75);
  expect(backoffMs(9, 0.999, bounds)).toBeGreaterThan(500);
});
