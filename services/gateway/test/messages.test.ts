import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Message, Room } from '@parley/contracts';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
let ann: Person;
let bob: Person;
let room: Room;
beforeAll(async () => {
  world = await openWorld();
  [ann, bob] = await Promise.all([world.signUp('ann'), world.signUp('bob')]);
});
afterAll(() => world.close());
beforeEach(async () => {
  room = await ann.makeGroup({}, bob);
});
const find = async (id: string): Promise<Message | undefined> => {
  const path = `/api/chat/rooms/${room.id}/messages`;
  const { body } = await ann.get<{ items: Message[] }>(path);
  return body.items.find((message) => message.id === id);
};

describe('editing', () => {
  it('replaces the text and keeps the place', async () => {
    const before = await ann.say(room.id, 'helo');
    const { status, body } = await ann.patch(`/api/messages/${before.id}`, { content: 'hello' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ content: 'hello', seq: before.seq, order: before.order });
    expect(body.edited_at).not.toBeNull();
    expect(body.changed_seq).toBeGreaterThan(before.changed_seq);
    expect(await find(before.id)).toEqual(body);
  });

  it('works a month later', async () => {
    const { id } = await ann.say(room.id, 'helo');
    await world.pass(30 * 86_400_000);
    [ann, bob] = await Promise.all([
      world.stranger.logIn(ann.username, ann.password),
      world.stranger.logIn(bob.username, bob.password),
    ]);
    expect((await ann.patch(`/api/messages/${id}`, { content: 'hello' })).status).toBe(200);
    expect((await ann.patch(`/api/messages/${id}`, { content: 'hello!' })).status).toBe(200);
    expect((await find(id))?.content).toBe('hello!');
  });

  it('by two at once keeps one text and refuses the other', async () => {
    const { id } = await ann.say(room.id, 'hello');
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((content) => ann.patch(`/api/messages/${id}`, { content })),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 409).length).toBe(4 - won.length);
    expect(won.map(({ body }) => body.content)).toContain((await find(id))?.content);
  });
});

describe('deleting', () => {
  it('takes the text away and leaves the place', async () => {
    const { id, seq } = await ann.say(room.id, 'a secret');
    expect((await ann.delete(`/api/messages/${id}`)).status).toBe(204);
    expect(await find(id)).toMatchObject({ seq, content: '', deleted_at: expect.any(String) });
  });

  it('is for one’s own messages, and for admins of the room', async () => {
    const { id } = await bob.say(room.id, 'hello');
    const mine = await ann.say(room.id, 'hello');
    expect((await bob.delete(`/api/messages/${mine.id}`)).status).toBe(403);
    expect((await ann.delete(`/api/messages/${id}`)).status).toBe(204);
  });

  it('is the end of a message', async () => {
    const { id } = await ann.say(room.id, 'hello');
    await ann.delete(`/api/messages/${id}`);
    for (const attempt of [
      await ann.delete(`/api/messages/${id}`),
      await ann.patch(`/api/messages/${id}`, { content: 'back' }),
      await bob.put(`/api/messages/${id}/reactions/x`),
    ]) {
      expect(attempt).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    }
  });
});

describe('reactions', () => {
  it('are added and taken back, each once per person', async () => {
    const { id } = await ann.say(room.id, 'hello');
    const thumb = `/api/messages/${id}/reactions/${encodeURIComponent('👍🏽')}`;
    expect((await ann.put(thumb)).status).toBe(204);
    expect((await ann.put(thumb)).status).toBe(204);
    await bob.put(thumb);
    const [reaction] = (await find(id))?.reactions ?? [];
    expect(reaction?.emoji).toBe('👍🏽');
    expect([...(reaction?.user_ids ?? [])].sort()).toEqual([ann.id, bob.id].sort());
    expect((await ann.delete(thumb)).status).toBe(204);
    expect((await ann.delete(thumb)).status).toBe(204);
    expect((await find(id))?.reactions).toEqual([{ emoji: '👍🏽', user_ids: [bob.id] }]);
  });

  it('do not stand in the way of an edit', async () => {
    const { id } = await ann.say(room.id, 'hello');
    await bob.put(`/api/messages/${id}/reactions/x`);
    expect((await ann.patch(`/api/messages/${id}`, { content: 'hello!' })).status).toBe(200);
  });

  it('are short', async () => {
    const { id } = await ann.say(room.id, 'hello');
    const long = await ann.put(`/api/messages/${id}/reactions/${'x'.repeat(33)}`);
    expect(long.status).toBe(422);
  });
});

describe('what a message says of others', () => {
  it('names those members who are mentioned', async () => {
    const eve = await world.signUp('eve');
    const text = `@${bob.username.toUpperCase()} and @${eve.username}, @${ann.username} @nobody`;
    const message = await ann.say(room.id, text);
    expect(message.mentions).toEqual([bob.id]);
    expect((await bob.get(`/api/chat/rooms/${room.id}`)).body.mention_count).toBe(1);
  });

  it('quotes a message of the same room', async () => {
    const quoted = await bob.say(room.id, 'hello');
    const path = `/api/chat/rooms/${room.id}/messages`;
    const quoting = await ann.post(path, { content: 'yes', reply_to: quoted.id });
    expect(quoting).toMatchObject({ status: 201, body: { reply_to: quoted.id } });
    const other = await ann.makeGroup();
    const elsewhere = await ann.say(other.id, 'hello');
    const wrong = await ann.post(path, { content: 'yes', reply_to: elsewhere.id });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ path: 'reply_to' }] } });
  });
});
