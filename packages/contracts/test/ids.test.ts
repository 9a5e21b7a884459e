import { describe, expect, test } from '@jest/globals';
import {
  OFFSETS_PER_EPOCH,
  codePoints,
  epochOf,
  messageId,
  offsetOf,
  partitionOf,
  privateRoomId,
  seqOf,
  timeOfUuidV7,
  uuidV7,
} from '@parley/contracts';

const A = '018f0000-0000-7000-8000-00000000000a';
const B = '018f0000-0000-7000-8000-00000000000b';

describe('derived ids', () => {
  test('the same sender repeating a client_id in a room names the same message', () => {
    expect(messageId(A, B, 'x')).toBe(messageId(A, B, 'x'));
    expect(messageId(A, B, 'x')).not.toBe(messageId(B, A, 'x'));
  });

  test('parts cannot run into each other', () => {
    expect(messageId(A, B, 'x","y')).not.toBe(messageId(A, `${B}","x`, 'y'));
  });

  test('two people have one private room, whoever asks', () => {
    expect(privateRoomId(A, B)).toBe(privateRoomId(B, A));
  });

  test('values that are written into every log never change', () => {
    expect(messageId(A, B, 'x')).toBe('3b73ca15-5172-5b65-9ddc-bfca07ed5e1e');
    expect(privateRoomId(A, B)).toBe('132fc26b-259d-5bbe-a43e-880ed4791652');
    expect([partitionOf(A, 16), partitionOf(B, 16)]).toEqual([8, 1]);
  });
});

describe('UUIDv7', () => {
  test('carries its time', () => {
    const id = uuidV7(1_795_000_000_123, new Uint8Array(10).fill(255));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOfUuidV7(id)).toBe(1_795_000_000_123);
  });

  test('no other version has a time', () => {
    expect(timeOfUuidV7('3f2504e0-4f89-41d3-9a0c-0305e82c3301')).toBeUndefined();
    expect(timeOfUuidV7('not an id')).toBeUndefined();
  });
});

describe('seq', () => {
  test('is a safe integer that gives back its epoch and offset', () => {
    const seq = seqOf(8191, OFFSETS_PER_EPOCH - 1);
    expect(Number.isSafeInteger(seq)).toBe(true);
    expect([epochOf(seq), offsetOf(seq)]).toEqual([8191, OFFSETS_PER_EPOCH - 1]);
  });

  test('rises with every epoch', () => {
    expect(seqOf(2, 0)).toBeGreaterThan(seqOf(1, OFFSETS_PER_EPOCH - 1));
  });
});

test('length counts code points, half of a pair as one', () => {
  expect(codePoints('a😀中')).toBe(3);
  expect(codePoints('\ud83d')).toBe(1);
});
