import { describe, expect, test } from '@jest/globals';
import { ClientFrame, RoomEvent, uuidV7 } from '@parley/contracts';

const room_id = '018f0000-0000-7000-8000-00000000000a';
const client_id = uuidV7(1_795_000_000_000, new Uint8Array(10));
const send = { type: 'message.send', room_id, client_id, content: 'hello' };

describe('a frame from a client', () => {
  test('is accepted as documented, ids in lower case', () => {
    const frame = ClientFrame.parse({ ...send, room_id: room_id.toUpperCase() });
    expect(frame).toEqual(send);
  });

  test.each([
    ['an unknown key', { ...send, admin: true }],
    ['an unknown type', { ...send, type: 'message.shout' }],
    ['a number for a text', { ...send, content: 5 }],
    ['an empty text', { ...send, content: '' }],
    [
      'a client_id of another version',
      { ...send, client_id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' },
    ],
    ['__proto__', JSON.parse(`{"type":"ping","t":1,"__proto__":{"admin":true}}`)],
    ['a list', [send]],
    ['nothing', null],
  ])('is refused with %s', (_name, frame) => {
    expect(ClientFrame.safeParse(frame).success).toBe(false);
  });
});

test('a record of the log may carry keys of a newer node', () => {
  const event = {
    v: 1,
    id: room_id,
    log: room_id,
    room_id,
    born: '2026-01-01T00:00:00.000Z',
    by: room_id,
    type: 'reply.stop_asked',
    reply_id: room_id,
    added_later: 1,
  };
  expect(RoomEvent.parse(event)).not.toHaveProperty('added_later');
});
