import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ClientFrame } from '@parley/contracts';
import { mintClientId, type NativeSocket } from '@parley/testkit';
import { running } from '../running.js';

const here = running();

/** Every frame that names a room, and the `ref` under which its error comes. */
const FRAMES: Record<string, (roomId: string) => { frame: ClientFrame; ref: string }> = {
  'message.send': (room_id) => {
    const client_id = mintClientId();
    return { frame: { type: 'message.send', room_id, client_id, content: 'x' }, ref: client_id };
  },
  sync: (room_id) => ({ frame: { type: 'sync', rooms: [{ room_id, after: 0 }] }, ref: room_id }),
  read: (room_id) => ({ frame: { type: 'read', room_id, seq: 1 }, ref: room_id }),
  typing: (room_id) => ({ frame: { type: 'typing', room_id }, ref: room_id }),
  'reply.stop': (room_id) => {
    const reply_id = randomUUID();
    return { frame: { type: 'reply.stop', room_id, reply_id }, ref: reply_id };
  },
};

/** The error without what names the asked thing. */
async function refusal(socket: NativeSocket, type: string, roomId: string): Promise<string> {
  const { frame, ref } = FRAMES[type]?.(roomId) ?? { frame: undefined, ref: '' };
  if (frame === undefined) throw new Error(type);
  socket.say(frame);
  const error = await socket.error(ref);
  return JSON.stringify(error).replaceAll(ref, '…').replaceAll(roomId, '…');
}

test.each(Object.keys(FRAMES))(
  '%s: a room of others cannot be told from one that does not exist',
  async (type) => {
    const [alice, mallory] = await here.people('alice', 'mallory');
    const room = await alice.createGroup('Secret');
    const atAlice = await alice.connect();
    const socket = await mallory.connect();
    const foreign = await refusal(socket, type, room.id);
    const unknown = await refusal(socket, type, randomUUID());
    expect(foreign).toBe(unknown);
    expect(foreign).toContain('"code":"NOT_A_MEMBER"');
    expect(await socket.lives()).toBe(true);
    await atAlice.lives();
    expect(atAlice.eventsOf(room.id)).toEqual([]);
    expect(atAlice.all('typing')).toEqual([]);
  },
);

test('resuming a room of others is refused, the rest of the resume holds', async () => {
  const [alice, mallory] = await here.people('alice', 'mallory');
  const secret = await alice.createGroup('Secret');
  const own = await mallory.createGroup('Own');
  const socket = await mallory.connect([
    { room_id: secret.id, after: 0 },
    { room_id: own.id, after: 0 },
  ]);
  expect(await socket.error(secret.id)).toMatchObject({ code: 'NOT_A_MEMBER' });
  await socket.heard('sync.done', (frame) => frame.room_id === own.id);
  expect(JSON.stringify(socket.frames)).not.toContain('Secret');
});
