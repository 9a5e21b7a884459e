import { expect, test } from '@jest/globals';
import { answerTo, piecesOf } from '../src/index.js';

const ask = (content: string): string => answerTo([{ role: 'user', content }]);

test.each(['Hello', 'what is Parley?', 'why is the sky blue?', 'count to 3', 'repeat: tea'])(
  'every answer says that it is a demo: %s',
  (question) => {
    expect(ask(question)).toContain('Demo model');
  },
);

test.each(['你好', 'Parley 是什么？', '为什么天是蓝的？', '数到3'])(
  'a Chinese question is answered in Chinese: %s',
  (question) => {
    expect(ask(question)).toContain('演示模型');
  },
);

test('it counts, as far as is sensible', () => {
  expect(ask('@ai please count to 5')).toMatch(/ 1, 2, 3, 4, 5$/);
  expect(ask('数到3')).toMatch(/1, 2, 3$/);
  expect(ask('count to 999999')).toMatch(/, 1000$/);
});

test('it repeats, shows code and Markdown, and quotes what it does not understand', () => {
  expect(ask('@gpt-4o repeat: green tea')).toMatch(/ green tea$/);
  expect(ask('write some code')).toContain('```ts');
  expect(ask('show me a table')).toContain('| room | members |');
  expect(ask('why is the sky blue?')).toContain('why is the sky blue?');
  expect(ask('what is Parley?')).toContain('OPENAI_API_KEY');
});

test('the names of several speakers are no part of their questions', () => {
  const messages = [
    { role: 'user', content: 'Ann: I like tea' },
    { role: 'user', content: 'Bo Li: @ai repeat: green tea' },
  ] as const;
  expect(answerTo(messages)).toMatch(/ green tea$/);
});

test('the same prompt has the same answer', () => {
  expect(ask('why?')).toBe(ask('why?'));
});

test.each(['Hello,  world!\n\n- a 你好，世界 😀\n', '', '   ', 'x'.repeat(100)])(
  'pieces joined are the text: %j',
  (text) => {
    const pieces = piecesOf(text);
    expect(pieces.join('')).toBe(text);
    expect(pieces.every((piece) => piece.length <= 30)).toBe(true);
  },
);
