import { describe, expect, test } from '@jest/globals';
import { joinFrames, pagesOf, parseFrame } from '../src/frames.js';

const ROOM = '5b0d7a1e-3c7b-4f0a-9d59-0a4d3f0f9f10';

describe('a frame from a client', () => {
  test('is taken as its schema says', () => {
    expect(parseFrame(JSON.stringify({ type: 'typing', room_id: ROOM.toUpperCase() }))).toEqual({
      ok: true,
      frame: { type: 'typing', room_id: ROOM },
    });
  });

  test.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['a string', '"ping"'],
    ['null', 'null'],
    ['an unknown type', '{"type":"shout"}'],
    ['an unknown key', '{"type":"ping","t":1,"x":1}'],
    ['__proto__', '{"type":"ping","t":1,"__proto__":{"admin":true}}'],
    ['constructor', '{"type":"ping","t":1,"constructor":{}}'],
    ['a missing field', '{"type":"ping"}'],
    ['very deep nesting', `{"type":"ping","t":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ])('is refused: %s', (_, text) => {
    const parsed = parseFrame(text);
    expect(parsed.ok).toBe(false);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('is refused with the ref that it can be recognised by', () => {
    const text = JSON.stringify({ type: 'message.send', room_id: ROOM, client_id: 'mine' });
    expect(parseFrame(text)).toMatchObject({ ok: false, ref: 'mine' });
    expect(parseFrame(JSON.stringify({ type: 'sync', room_id: ROOM }))).toMatchObject({
      ok: false,
      ref: ROOM,
    });
  });
});

test('several frames are one array', () => {
  expect(joinFrames(['{"a":1}'])).toBe('{"a":1}');
  expect(joinFrames(['{"a":1}', '{"b":2}'])).toBe('[{"a":1},{"b":2}]');
});

describe('a frame of many items', () => {
  const pages = (lists: Record<string, unknown[]>, max: number): unknown[] =>
    [...pagesOf({ type: 't' }, lists, max)].map((text) => JSON.parse(text) as unknown);

  test('is one if it fits', () => {
    expect(pages({ a: [1, 2], b: [] }, 1_000)).toEqual([{ type: 't', a: [1, 2], b: [] }]);
  });

  test('is cut into several, in order, all but the last with `more`', () => {
    const items = Array.from({ length: 30 }, (_, n) => `item ${n} ${'é'.repeat(20)}`);
    const cut = pages({ a: items, b: items }, 500) as { a: string[]; b: string[]; more?: true }[];
    expect(cut.length).toBeGreaterThan(4);
    expect(cut.flatMap(({ a }) => a)).toEqual(items);
    expect(cut.flatMap(({ b }) => b)).toEqual(items);
    expect(cut.map(({ more }) => more === true)).toEqual(cut.map((_, n) => n < cut.length - 1));
    for (const page of pagesOf({ type: 't' }, { a: items, b: items }, 500)) {
      expect(Buffer.byteLength(page)).toBeLessThanOrEqual(500);
    }
  });

  test('carries what is too large alone', () => {
    expect(pages({ a: ['x'.repeat(900), 'y'] }, 500)).toEqual([
      { type: 't', a: ['x'.repeat(900)], more: true },
      { type: 't', a: ['y'] },
    ]);
  });
});
