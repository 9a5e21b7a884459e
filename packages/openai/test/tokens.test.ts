import { expect, test } from '@jest/globals';
import { createOpenAiModel } from '../src/index.js';

const model = createOpenAiModel({ apiKey: 'a-key', clock: { now: () => 0 } });

test('tokens are counted as the models count them', () => {
  expect(model.countTokens('hello world')).toBe(2);
  expect(model.countTokens('')).toBe(0);
});

test('a control token spelled out in a message is text', () => {
  expect(model.countTokens('<|endoftext|>')).toBeGreaterThan(1);
});

test('the time of counting grows with the length of a text, not with its square', () => {
  const text = '你好世界'.repeat(15_000);
  const begun = performance.now();
  expect(model.countTokens(text)).toBeGreaterThanOrEqual(30_000);
  // In one piece it takes more than ten seconds, in slices a tenth of one.
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test.each([
  ['gpt-4o-mini', 128_000],
  ['gpt-4-turbo', 128_000],
  ['gpt-4', 8_192],
  ['gpt-3.5-turbo', 16_385],
  ['my-own-model', 8_192],
])('%s reads %i tokens', (name, tokens) => {
  expect(model.contextTokens(name)).toBe(tokens);
});
