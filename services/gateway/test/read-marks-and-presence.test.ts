import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message, Room } from '@parley/contracts';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  world = await openWorld();
  [ann, bob] = await Promise.all([world.signUp('ann'), world.signUp('bob')]);
});
afterAll(() => world.close());

describe('reading', () => {
  let room: Room;
  const said: Message[] = [];
  beforeAll(async () => {
    room = await ann.makeGroup({}, bob);
    for (let i = 0; i < 3; i++) said.push(await ann.say(room.id, `message ${i}`));
  });
  const read = (seq: number) => bob.post(`/api/chat/rooms/${room.id}/read`, { seq });
  const seen = async () => (await bob.get(`/api/chat/rooms/${room.id}`)).body;

  it('counts what others have said since, and shows it at once', async () => {
    expect(await seen()).toMatchObject({ last_read_seq: 0, unread_count: 3 });
    expect((await read(said[1]?.seq ?? 0)).status).toBe(204);
    expect(await seen()).toMatchObject({ last_read_seq: said[1]?.seq, unread_count: 1 });
    expect((await ann.get(`/api/chat/rooms/${room.id}`)).body.unread_count).toBe(0);
  });

  it('does not go back', async () => {
    expect((await read(1)).status).toBe(204);
    expect((await seen()).last_read_seq).toBe(said[1]?.seq);
  });

  it('goes no further than the room', async () => {
    expect((await read(Number.MAX_SAFE_INTEGER)).status).toBe(204);
    const { last_read_seq, last_seq, unread_count } = await seen();
    expect({ last_read_seq, unread_count }).toEqual({ last_read_seq: last_seq, unread_count: 0 });
  });
});

describe('presence', () => {
  it('shows members who of them is online', async () => {
    const room = await ann.makeGroup({}, bob);
    await world.ports.presence.renew('edge-1', [bob.id]);
    const { body } = await ann.get<{ items: object[] }>(`/api/chat/rooms/${room.id}/presence`);
    expect(body.items).toHaveLength(2);
    expect(body.items).toContainEqual({ user_id: ann.id, status: 'offline', last_seen_at: null });
    expect(body.items).toContainEqual({
      user_id: bob.id,
      status: 'online',
      last_seen_at: expect.any(String),
    });
  });
});
