import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Member, Room } from '@parley/contracts';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
let ann: Person;
let bob: Person;
let carol: Person;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  [ann, bob, carol] = await Promise.all([
    world.signUp('ann'),
    world.signUp('bob'),
    world.signUp('carol'),
  ]);
});
const at = (room: Room, rest = ''): string => `/api/chat/rooms/${room.id}${rest}`;
const rolesOf = async (room: Room): Promise<Record<string, string>> => {
  const { body } = await ann.get<{ items: Member[] }>(at(room, '/members'));
  return Object.fromEntries(body.items.map((member) => [member.display_name, member.role]));
};

describe('members of a group', () => {
  it('are those who were named when it was made, its maker as owner', async () => {
    expect(await rolesOf(await ann.makeGroup({}, bob))).toEqual({ ann: 'owner', bob: 'member' });
  });

  it('are added by admins, and are there at once', async () => {
    const room = await ann.makeGroup();
    const added = await ann.post(at(room, '/members'), { user_id: bob.id });
    expect(added).toMatchObject({
      status: 201,
      body: { user_id: bob.id, display_name: 'bob', role: 'member', left_at: null },
    });
    expect((await bob.get(at(room))).status).toBe(200);
    const again = await ann.post(at(room, '/members'), { user_id: bob.id });
    expect(again).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('must exist', async () => {
    const room = await ann.makeGroup();
    const nobody = '0b8f1f0e-0000-4000-8000-00000000000a';
    expect((await ann.post(at(room, '/members'), { user_id: nobody })).status).toBe(404);
    const group = { kind: 'group', name: 'x', member_ids: [nobody] };
    expect((await ann.post('/api/chat/rooms', group)).status).toBe(422);
  });

  it('get another role from admins', async () => {
    const room = await ann.makeGroup({}, bob);
    const changed = await ann.patch(at(room, `/members/${bob.id}`), { role: 'admin' });
    expect(changed).toMatchObject({ status: 200, body: { role: 'admin' } });
    expect((await bob.post(at(room, '/members'), { user_id: carol.id })).status).toBe(201);
    expect((await ann.patch(at(room, `/members/${carol.id}`), { role: 'king' })).status).toBe(422);
  });
});

describe('leaving', () => {
  it('is possible at any time, and ends what one sees', async () => {
    const room = await ann.makeGroup({}, bob);
    expect((await bob.post(at(room, '/leave'))).status).toBe(204);
    expect((await bob.get(at(room, '/messages'))).status).toBe(404);
    expect((await bob.post(at(room, '/leave'))).status).toBe(404);
    expect(await rolesOf(room)).toEqual({ ann: 'owner' });
  });

  it('is refused to the last owner, until there is another', async () => {
    const room = await ann.makeGroup({}, bob);
    expect(await ann.post(at(room, '/leave'))).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
    await ann.patch(at(room, `/members/${bob.id}`), { role: 'owner' });
    expect((await ann.delete(at(room, `/members/${ann.id}`))).status).toBe(204);
    expect((await bob.get(at(room))).body.member_count).toBe(1);
  });
});

describe('kicking', () => {
  it('ends what the kicked one can do', async () => {
    const room = await ann.makeGroup({}, bob);
    const said = await bob.say(room.id, 'hello');
    expect((await ann.delete(at(room, `/members/${bob.id}`))).status).toBe(204);
    const attempts = [
      await bob.get(at(room, '/messages')),
      await bob.post(at(room, '/messages'), { content: 'still here' }),
      await bob.patch(`/api/messages/${said.id}`, { content: 'changed' }),
      await bob.delete(`/api/messages/${said.id}`),
      await bob.put(`/api/messages/${said.id}/reactions/x`),
    ];
    expect(attempts.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect((await ann.get(at(room, '/messages'))).body.items).toMatchObject([{ content: 'hello' }]);
  });

  it('of somebody who is not there is 404, of oneself is leaving', async () => {
    const room = await ann.makeGroup({}, bob);
    expect((await ann.delete(at(room, `/members/${carol.id}`))).status).toBe(404);
    expect((await bob.delete(at(room, `/members/${bob.id}`))).status).toBe(204);
  });

  it('is not undone by a decision from before it', async () => {
    const room = await ann.makeGroup({ visibility: 'public' }, bob);
    const access = await world.ports.rooms.access(room.id, [bob.id]);
    const basis = access?.members.get(bob.id)?.membership_seq ?? 0;
    await ann.delete(at(room, `/members/${bob.id}`));
    // A stalled node appends now what it decided before the kick.
    const { partition, offset } = await world.append({
      v: 1,
      id: world.ports.random.uuid(),
      log: world.ports.log.identity.log_id,
      room_id: room.id,
      born: new Date(world.ports.clock.now()).toISOString(),
      by: ann.id,
      basis,
      type: 'member.joined',
      user_id: bob.id,
      username: null,
      display_name: 'bob',
      role: 'member',
    });
    expect(await world.ports.projection.reached(partition, offset, 5000)).toBe(true);
    expect((await bob.get(at(room, '/messages'))).status).toBe(404);
  });

  it('races with sends without a message of the kicked after it', async () => {
    const room = await ann.makeGroup({}, bob);
    const sends = Array.from({ length: 20 }, (_, i) =>
      bob.post(at(room, '/messages'), { content: `message ${i}` }),
    );
    const kick = ann.delete(at(room, `/members/${bob.id}`));
    const answers = await Promise.all(sends);
    expect((await kick).status).toBe(204);
    const kept = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 403 || status === 404);
    expect(kept.length + refused.length).toBe(20);
    const { body } = await ann.get(at(room, '/messages'));
    expect(body.items).toHaveLength(kept.length);
  });
});

describe('joining', () => {
  it('opens public and unlisted groups, as member', async () => {
    for (const visibility of ['public', 'unlisted']) {
      const room = await ann.makeGroup({ visibility });
      const joined = await bob.post(at(room, '/join'));
      expect(joined).toMatchObject({ status: 200, body: { id: room.id, member_count: 2 } });
      expect((await bob.post(at(room, '/join'))).status).toBe(200);
      expect(await rolesOf(room)).toEqual({ ann: 'owner', bob: 'member' });
    }
  });

  it('does not open private groups', async () => {
    const room = await ann.makeGroup();
    expect((await bob.post(at(room, '/join'))).status).toBe(404);
  });

  it('is possible again after leaving and after a kick', async () => {
    const room = await ann.makeGroup({ visibility: 'public' }, bob);
    await bob.post(at(room, '/leave'));
    expect((await bob.post(at(room, '/join'))).status).toBe(200);
    await ann.delete(at(room, `/members/${bob.id}`));
    expect((await bob.post(at(room, '/join'))).status).toBe(200);
  });

  it('is not possible after a ban, until an admin brings one back', async () => {
    const room = await ann.makeGroup({ visibility: 'public' }, bob);
    expect((await ann.post(at(room, `/members/${bob.id}/ban`))).status).toBe(204);
    expect(await bob.post(at(room, '/join'))).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
    expect((await ann.post(at(room, '/members'), { user_id: bob.id })).status).toBe(201);
    expect((await bob.get(at(room, '/messages'))).status).toBe(200);
  });

  it('is not possible for somebody who was banned before he came', async () => {
    const room = await ann.makeGroup({ visibility: 'public' });
    expect((await ann.post(at(room, `/members/${bob.id}/ban`))).status).toBe(204);
    expect((await bob.post(at(room, '/join'))).status).toBe(403);
  });
});

describe('a private room', () => {
  it('is one for two, whoever asks, also at once', async () => {
    const [one, other] = await Promise.all([
      ann.post<Room>('/api/chat/rooms', { kind: 'private', user_id: bob.id }),
      bob.post<Room>('/api/chat/rooms', { kind: 'private', user_id: ann.id }),
    ]);
    expect(one.body.id).toBe(other.body.id);
    expect([one.status, other.status].sort()).toEqual([200, 201]);
    const again = await ann.post('/api/chat/rooms', { kind: 'private', user_id: bob.id });
    expect(again).toMatchObject({ status: 200, body: { id: one.body.id, kind: 'private' } });
    expect((await carol.get(at(one.body))).status).toBe(404);
  });

  it('keeps its two members', async () => {
    const { body: room } = await ann.post<Room>('/api/chat/rooms', {
      kind: 'private',
      user_id: bob.id,
    });
    expect((await ann.post(at(room, '/members'), { user_id: carol.id })).status).toBe(403);
    expect((await ann.delete(at(room, `/members/${bob.id}`))).status).toBe(403);
    expect((await ann.post(at(room, '/leave'))).status).toBe(403);
    expect((await ann.delete(at(room))).status).toBe(403);
  });

  it('needs another one who exists', async () => {
    const open = (user_id: string) => ann.post('/api/chat/rooms', { kind: 'private', user_id });
    expect((await open(ann.id)).status).toBe(422);
    expect((await open('0b8f1f0e-0000-4000-8000-00000000000a')).status).toBe(404);
  });
});
