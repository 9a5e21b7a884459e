import { describe, expect, test } from '@jest/globals';
import { ParleyError, partitionOf, type Room } from '@parley/contracts';
import type { RoomsFilter } from '@parley/ports';
import type { Stores } from './projection.js';
import { Projector, anyId, roomIn } from './projector.js';

export function listsContract(stores: Stores): void {
  const open = () => Projector.open(stores().projection, stores().identity);
  const names = (rooms: readonly Room[]) => rooms.map(({ name }) => name);

  describe('lists', () => {
    test('of rooms go by the newest activity, page by page, each room once', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const user = anyId();
      const ids = Array.from({ length: 7 }, (_, i) => roomIn(i % 2, identity));
      for (const [i, id] of ids.entries()) {
        log.now += i % 2 === 0 ? 1_000 : 0; // some at the same time
        log.create(id, [user], { name: `room ${i}` });
      }
      log.now += 1_000;
      log.post(ids[2] ?? '', user, 'news');
      await log.commit();
      const seen: (string | null)[] = [];
      let cursor: string | null | undefined;
      do {
        const filter: RoomsFilter = { scope: 'mine', limit: 3, ...(cursor ? { cursor } : {}) };
        const page = await rooms.list(user, filter);
        expect(page.items.length).toBeLessThanOrEqual(3);
        seen.push(...names(page.items));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(seen[0]).toBe('room 2');
      expect([...seen].sort()).toEqual(ids.map((_, i) => `room ${i}`));
      expect(seen.indexOf('room 6')).toBeLessThan(seen.indexOf('room 0'));
    });

    test('of rooms are one’s own or the public ones, by kind, status and name', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [ann, bob] = [anyId(), anyId()];
      const tag = anyId();
      const make = (name: string, users: string[], visibility: 'private' | 'public') => {
        const id = roomIn(0, identity);
        log.create(id, users, { name: `${name} ${tag}`, visibility });
        return id;
      };
      make('private 100%', [ann], 'private');
      make('public_one', [ann, bob], 'public');
      make('publicxone', [bob], 'public');
      const deleted = make('deleted', [ann], 'private');
      const talk = roomIn(0, identity);
      log.create(talk, [ann], { kind: 'conversation', name: `talk ${tag}` });
      const basis = log.room(deleted).settings?.settings_seq ?? 0;
      log.append(log.event('room.deleted', deleted, ann, { basis }));
      await log.commit();
      const list = async (filter: Omit<RoomsFilter, 'limit'>, user = ann) => {
        const { items } = await rooms.list(user, { limit: 50, ...filter });
        return items
          .filter(({ name }) => name?.endsWith(tag))
          .map(({ name }) => name?.replace(` ${tag}`, ''))
          .sort();
      };
      expect(await list({ scope: 'mine' })).toEqual(['private 100%', 'public_one', 'talk']);
      expect(await list({ scope: 'mine', kinds: ['conversation'] })).toEqual(['talk']);
      expect(await list({ scope: 'mine', status: 'Deleted' })).toEqual(['deleted']);
      expect(await list({ scope: 'public', search: tag })).toEqual(['public_one', 'publicxone']);
      expect(await list({ scope: 'public', search: 'PUBLIC_ONE' })).toEqual(['public_one']);
      expect(await list({ scope: 'mine', search: '100%' })).toEqual(['private 100%']);
      expect(await list({ scope: 'mine', search: '\\' })).toEqual([]);
      expect(await list({ scope: 'mine' }, bob)).toEqual(['public_one', 'publicxone']);
    });

    test('refuse a cursor that they never handed out', async () => {
      const { rooms } = stores();
      for (const cursor of ['nonsense', 'W10', Buffer.from('{"a":1}').toString('base64url')]) {
        const listing = rooms.list(anyId(), { scope: 'mine', limit: 5, cursor });
        const refusal: unknown = await listing.catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(ParleyError);
        expect(refusal).toMatchObject({ code: 'VALIDATION_FAILED' });
      }
    });

    test('peers are those who share a room with a user now', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [ann, bob, eve, gone] = [anyId(), anyId(), anyId(), anyId()];
      const [one, two] = [roomIn(0, identity), roomIn(1, identity)];
      log.create(one, [ann, bob, gone]);
      log.create(two, [ann, bob]);
      log.create(roomIn(0, identity), [eve]);
      const basis = log.room(one).members.get(gone)?.membership_seq ?? 0;
      log.append(log.event('member.left', one, gone, { basis, user_id: gone, reason: 'left' }));
      await log.commit();
      expect([...(await rooms.peers(ann))].filter((id) => id !== ann)).toEqual([bob]);
      expect([...(await rooms.peers(eve))].filter((id) => id !== eve)).toEqual([]);
    });

    test('open replies of partitions are a worker’s duties, closed ones included until they are settled', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const ann = anyId();
      const [here, there] = [roomIn(0, identity), roomIn(1, identity)];
      const replies = [here, there].map((room) => {
        log.create(room, [ann]);
        const { id, replies } = log.post(room, ann, 'hm?', { models: ['m-one', 'm-two'] });
        const [open = '', settled = ''] = replies;
        log.settle(room, id, settled, 'm-two', log.start(room, id, settled, 'm-two'));
        return open;
      });
      log.append(log.event('reply.stop_asked', here, ann, { reply_id: replies[0] ?? '' }));
      await log.commit();
      const duties = async (partitions: number[]) => {
        const answer = await rooms.openReplies(partitions);
        expect(answer.projected).toEqual(log.next);
        const own = answer.replies.filter(({ room_id }) => [here, there].includes(room_id));
        return own.map(({ room_id, reply }) => ({ room_id, reply }));
      };
      const stateOf = (room: string, reply: string) => ({
        room_id: room,
        reply: log.room(room).replies.get(reply),
      });
      expect(partitionOf(here, identity.partitions)).toBe(0);
      expect(await duties([0])).toEqual([stateOf(here, replies[0] ?? '')]);
      expect(await duties([1])).toEqual([stateOf(there, replies[1] ?? '')]);
      expect(await duties([])).toEqual([]);
      expect(await duties([0, 1])).toHaveLength(2);
    });
  });
}
