import { describe, expect, test } from '@jest/globals';
import { MAX_RECORD_BYTES, roomKey, type RoomEvent } from '@parley/contracts';
import * as fc from 'fast-check';
import { decodeChunks, decodeReadMark, decodeRoomRecord, encodeRoomEvent } from '../src/index.js';
import { aLog } from './any-log.js';
import { LOG, ROOM, Story, ann, cid, clientId, id } from './story.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (value: string | Uint8Array, key = ROOM) =>
  decodeRoomRecord({ key, value: typeof value === 'string' ? utf8(value) : value }, LOG);
const dead = (reason: string) => ({ kind: 'dead', reason });

const story = new Story().group();
const posted = story.draft({
  type: 'message.posted',
  by: cid,
  client_id: clientId(story.now),
  content: 'héllo 👋',
  sender_name: 'Cid',
});
const text = JSON.stringify(posted);
const withContent = (json: string) => text.replace('"héllo 👋"', json);

test('what we write is read back as it was', () => {
  fc.assert(
    fc.property(aLog, (log) => {
      for (const { event } of log) {
        const { key, value } = encodeRoomEvent(event);
        expect(decode(value, key)).toEqual({ kind: 'event', event, text: value });
      }
    }),
    { numRuns: 30 },
  );
});

describe('dead records', () => {
  test.each([
    ['not JSON', '{"v":1,', 'bad_json'],
    ['nothing at all', '', 'bad_json'],
    ['a byte order mark', `\ufeff${text}`, 'bad_json'],
    ['a NUL byte', withContent('"a\0b"'), 'bad_json'],
    ['an escaped NUL', withContent('"a\\u0000b"'), 'nul'],
    ['an escaped NUL in a key', text.replace('{"v"', '{"a\\u0000":1,"v"'), 'nul'],
    [
      'a NUL deep in what we do not know',
      text.replace('{"v"', '{"x":[{"y":["\\u0000"]}],"v"'),
      'nul',
    ],
    ['a high surrogate alone', withContent('"\\ud83d"'), 'lone_surrogate'],
    ['a low surrogate alone', withContent('"\\udc4b!"'), 'lone_surrogate'],
    ['surrogates the wrong way round', withContent('"\\udc4b\\ud83d"'), 'lone_surrogate'],
    ['another version', text.replace('"v":1', '"v":2'), 'unknown_version'],
    ['no version', text.replace('"v":1,', ''), 'unknown_version'],
    ['a list', '[]', 'invalid'],
    ['a word', '"hello"', 'invalid'],
    ['null', 'null', 'invalid'],
    ['an unknown type', text.replace('message.posted', 'message.sung'), 'invalid'],
    ['no type', text.replace('"type":"message.posted",', ''), 'invalid'],
    ['an empty message', withContent('""'), 'invalid'],
    ['a number for a text', withContent('7'), 'invalid'],
    [
      'a time without zone',
      text.replace(/"born":"[^"]*"/, '"born":"2026-03-01T12:00:00.000"'),
      'invalid',
    ],
    [
      'a basis below zero',
      JSON.stringify({ ...posted, type: 'room.deleted', basis: -1 }),
      'invalid',
    ],
    ['a broken genesis', '{"v":1,"type":"log.epoch","epoch":0}', 'invalid'],
  ])('%s', (_what, value, reason) => {
    expect(decode(value)).toEqual(dead(reason));
  });

  test('half a UTF-8 sequence', () => {
    const bytes = utf8(text);
    const cut = bytes.indexOf(0xf0) + 2;
    expect(decode(bytes.subarray(0, cut))).toEqual(dead('bad_utf8'));
  });

  test('a surrogate encoded in UTF-8', () => {
    const bytes = utf8(withContent('"abc"'));
    const broken = Uint8Array.from(bytes);
    broken.set([0xed, 0xa0, 0xbd], bytes.indexOf(0x61, bytes.length - 60));
    expect(decode(broken)).toEqual(dead('bad_utf8'));
  });

  test('one byte more than a record may have', () => {
    const padded = text + ' '.repeat(MAX_RECORD_BYTES - utf8(text).byteLength);
    expect(decode(padded)).toMatchObject({ kind: 'event' });
    expect(decode(`${padded} `)).toEqual(dead('oversize'));
  });

  test('a record under the key of another room, or with a `+` that is not its own', () => {
    expect(decode(text, id(0x901))).toEqual(dead('wrong_key'));
    expect(decode(text, roomKey(ROOM, true))).toEqual(dead('wrong_key'));
    const created = JSON.stringify(story.last.event);
    expect(decode(created, ROOM)).toEqual(dead('wrong_key'));
    expect(decode(created, roomKey(ROOM, true))).toMatchObject({ kind: 'event' });
  });
});

test('whatever bytes are in the log, decoding answers', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (value, key) => {
      expect(decode(value, key).kind).toBe('dead');
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(decode(JSON.stringify(json)).kind).toBe('dead');
    }),
  );
});

test('nesting beyond all reason is only another unknown key', () => {
  const deep = `${'['.repeat(100_000)}"\\u0041"${']'.repeat(100_000)}`;
  expect(decode(text.replace('{"v"', `{"x":${deep},"v"`))).toMatchObject({ kind: 'event' });
});

test('a pair of escaped surrogates is a character like others', () => {
  const decoded = decode(withContent('"\\ud83d\\udc4b"'));
  expect(decoded).toMatchObject({ kind: 'event', event: { content: '👋' } });
});

test('unknown keys are passed over, `__proto__` and `constructor` among them', () => {
  const evil = text.replace(
    '{"v"',
    '{"__proto__":{"polluted":1},"constructor":{"x":1},"later":2,"v"',
  );
  const decoded = decode(evil);
  expect(decoded).toEqual({ kind: 'event', event: posted, text: evil });
  if (decoded.kind !== 'event') throw new Error('not an event');
  expect(Object.getPrototypeOf(decoded.event)).toBe(Object.prototype);
  expect(Object.keys(decoded.event)).not.toContain('later');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('ids in upper case are the same ids, and its text says them in lower case', () => {
  const shouting = text
    .replaceAll(cid, cid.toUpperCase())
    .replaceAll(posted.id, posted.id.toUpperCase());
  const decoded = decode(shouting);
  expect(decoded).toMatchObject({ kind: 'event', event: posted });
  expect(decoded.kind === 'event' && JSON.parse(decoded.text)).toEqual(posted);
});

test('a record of another log is foreign, and the genesis is told whatever its key', () => {
  expect(decode(text.replace(LOG, id(0x5)))).toEqual({ kind: 'foreign' });
  const genesis = { v: 1, type: 'log.epoch', epoch: 3, log_id: id(0x6), partitions: 16 };
  expect(decode(JSON.stringify(genesis), 'genesis')).toEqual({ kind: 'genesis', genesis });
});

describe('what could not be read again is refused before it is written', () => {
  const write = (change: Partial<RoomEvent>) => () =>
    encodeRoomEvent({ ...posted, ...change } as RoomEvent);
  test.each([
    ['NUL', { content: 'a\0b' }],
    ['half a character', { content: 'a\ud83d' }],
    ['too much', { content: 'x'.repeat(MAX_RECORD_BYTES) }],
    ['nothing', { content: '' }],
    ['a time that is none', { born: 'yesterday' }],
  ])('%s', (_what, change) => {
    expect(write(change)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  });
});

test('chunks: another log and broken ones are skipped; half a character is not broken', () => {
  const delta = { room_id: ROOM, reply_id: id(1), claim: 5, offset: 0, text: 'a\ud83d' };
  const envelope = { v: 1, log: LOG, deltas: [delta] };
  const of = (value: unknown) => decodeChunks(utf8(JSON.stringify(value)), LOG);
  expect(of(envelope)).toEqual(envelope);
  expect(of({ ...envelope, log: id(0x5) })).toBeUndefined();
  expect(of({ ...envelope, v: 2 })).toBeUndefined();
  expect(of({ ...envelope, deltas: [{ ...delta, offset: -1 }] })).toBeUndefined();
  expect(decodeChunks(utf8('{'), LOG)).toBeUndefined();
  expect(decodeChunks(Uint8Array.of(0xff), LOG)).toBeUndefined();
});

test('read marks: marks, foreign ones, and dead ones with their reason', () => {
  const mark = { v: 1, log: LOG, user_id: ann, room_id: ROOM, seq: 12 };
  const of = (value: unknown) => decodeReadMark(utf8(JSON.stringify(value)), LOG);
  expect(of(mark)).toEqual({ kind: 'mark', mark });
  expect(of({ ...mark, log: id(0x5) })).toEqual({ kind: 'foreign' });
  expect(of({ ...mark, v: 3 })).toEqual(dead('unknown_version'));
  expect(of({ ...mark, seq: -1 })).toEqual(dead('invalid'));
  expect(decodeReadMark(utf8('nope'), LOG)).toEqual(dead('bad_json'));
});
