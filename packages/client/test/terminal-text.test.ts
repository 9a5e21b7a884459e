/** What others wrote cannot command a terminal. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { format } from '../src/terminal/output.js';
import { columnsOf, firstRow, painter, plainLine, plainText } from '../src/terminal/text.js';
import { message } from './support/fixtures.js';

describe('dangerous characters are shown, not obeyed', () => {
  test.each([
    ['an escape sequence', '\u001b[2J\u001b]0;title\u0007', '\\u{1b}[2J\\u{1b}]0;title\\u{7}'],
    ['a C1 sequence', '\u009b31mred', '\\u{9b}31mred'],
    ['a backspace and a delete', 'a\bb\u007f', 'a\\u{8}b\\u{7f}'],
    ['a reversed direction', 'exe\u202egpj', 'exe\\u{202e}gpj'],
    ['a return to the beginning', 'admin:\rme', 'admin:\nme'],
  ])('%s', (_, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  test('nothing but line breaks is left of the control characters, in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainText(text)).not.toMatch(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(plainLine(text)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });

  test('a name is one line, and a message of several is indented: nobody speaks for another', () => {
    const forged = message(1, { sender_name: 'Bob\n13:00 Alice', content: 'hi\n13:00 Alice: no' });
    const lines = format(forged, painter(false)).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('Bob\\u{a}13:00 Alice: hi');
    expect(lines[1]).toBe('      13:00 Alice: no');
  });
});

test('emoji and text of other scripts stay as they are', () => {
  const text = '你好 👩‍👩‍👧 שלום नमस्ते';
  expect(plainText(text)).toBe(text);
});

test('columns: two for wide characters', () => {
  expect(columnsOf('abc')).toBe(3);
  expect(columnsOf('你好')).toBe(4);
  expect(columnsOf('é👍')).toBe(3);
});

test('a row ends after a word, where there is one; nothing is lost', () => {
  expect(firstRow('one two three', 8)).toEqual(['one two', 'three']);
  expect(firstRow('one two', 7)).toEqual(['one two', '']);
  expect(firstRow('unbreakable', 4)).toEqual(['unbr', 'eakable']);
  expect(firstRow('你好嗎', 5)).toEqual(['你好', '嗎']);
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 2, max: 20 }), (text, columns) => {
      const [row, rest] = firstRow(text, columns);
      expect(columnsOf(row)).toBeLessThanOrEqual(columns);
      expect([row + rest, `${row} ${rest}`]).toContain(text);
    }),
  );
});
