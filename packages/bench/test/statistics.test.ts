import { expect, test } from '@jest/globals';
import { readOptions } from '../src/options.js';
import { quantile, spreadOf } from '../src/statistics.js';
import { short, table } from '../src/table.js';
import { contentNow, saying, timesIn } from '../src/target.js';

test('a spread is of the values in order, whatever order they came in', () => {
  expect(spreadOf([10, 9, 100])).toEqual({ min: 9, median: 10, max: 100 });
  expect(spreadOf([5])).toEqual({ min: 5, median: 5, max: 5 });
});

test('quantiles take the nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(quantile(values, 0.5)).toBe(50);
  expect(quantile(values, 0.99)).toBe(99);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a content says when it was sent, in an array of events too', () => {
  const content = contentNow(100);
  expect(content).toHaveLength(100);
  const [time = 0] = timesIn(JSON.stringify([{ content }]));
  expect(performance.now() - time).toBeLessThan(1_000);
  expect(timesIn(JSON.stringify([{ content }, { content }]))).toHaveLength(2);
});

test('a bare server is given the same bytes as the product sends', () => {
  const template = JSON.stringify({ id: 'x', content: contentNow(80), seq: 7 });
  const said = saying({ kind: 'bare', url: '', template }, contentNow(80));
  expect(said).toHaveLength(template.length);
  expect(JSON.parse(said)).toMatchObject({ id: 'x', seq: 7 });
});

test('numbers are shown short, columns stand in line', () => {
  expect([12, 1_234, 12_345, 5_912_000].map(short)).toEqual(['12', '1.2k', '12.3k', '5.91M']);
  expect(table(['a', 'b'], [['long', '1']])).toBe('a     b\nlong  1');
});

test('options that are no numbers are refused', () => {
  expect(readOptions(['--repeats', '2'])).toMatchObject({ repeats: 2, sockets: 1000 });
  expect(() => readOptions(['--repeats', 'x'])).toThrow('--repeats');
  expect(() => readOptions(['--unknown'])).toThrow();
});
