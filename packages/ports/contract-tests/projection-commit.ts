import { describe, expect, test } from '@jest/globals';
import { TOPICS } from '@parley/contracts';
import type { ProjectionBatch } from '@parley/ports';
import type { Stores } from './projection.js';
import { Projector, anyId, commitMarks, roomIn } from './projector.js';

const HOUR = 3_600_000;

export function commitContract(stores: Stores): void {
  const open = () => Projector.open(stores().projection, stores().identity);

  describe('commit', () => {
    test('moves the position with the rows, and every reader of positions sees it', async () => {
      const { projection, rooms, identity } = stores();
      const log = await open();
      const room = roomIn(0, identity);
      log.create(room, [anyId()]);
      await log.commit();
      expect(await projection.positions(TOPICS.roomEvents)).toEqual(log.next);
      expect(await rooms.positions(TOPICS.roomEvents)).toEqual(log.next);
      expect((await rooms.load([room])).projected).toEqual(log.next);
    });

    test('a batch that begins elsewhere is fenced, and nothing of it is written', async () => {
      const { projection, rooms, identity } = stores();
      const log = await open();
      const [user, stranger] = [anyId(), anyId()];
      const room = roomIn(0, identity);
      log.create(room, [user]);
      const [batch] = log.batches();
      await log.commit();
      const rival = await open();
      rival.create(roomIn(0, identity), [stranger]);
      const [next] = rival.batches();
      if (batch === undefined || next === undefined) throw new Error('no batch');
      const elsewhere: ProjectionBatch[] = [
        batch,
        { ...next, from: next.from + 1, to: next.to + 1 },
        { ...next, from: 0, to: 1 },
        { ...next, epoch: identity.epoch + 1 },
      ];
      for (const wrong of elsewhere) expect(await projection.commit(wrong)).toBe('fenced');
      expect((await rooms.roomsOf(stranger)).rooms).toEqual([]);
      expect(await projection.positions(TOPICS.roomEvents)).toEqual(log.next);
    });

    test('of two owners that commit the same range at once, one is fenced', async () => {
      const { projection, messages, identity } = stores();
      const log = await open();
      const [room, user] = [roomIn(0, identity), anyId()];
      log.create(room, [user]);
      await log.commit();
      log.post(room, user, 'once');
      const [batch] = log.batches();
      if (batch === undefined) throw new Error('no batch');
      const answers = await Promise.all([1, 2, 3, 4].map(() => projection.commit(batch)));
      expect(answers.sort()).toEqual(['committed', 'fenced', 'fenced', 'fenced']);
      const page = await messages.history(room, { limit: 10 });
      expect(page.items.map(({ content }) => content)).toEqual(['once']);
    });

    test('records that cannot be read move the position too', async () => {
      const { projection, identity } = stores();
      const topic = TOPICS.roomEvents;
      const [, from = 0] = await projection.positions(topic);
      const place = { topic, partition: 1, epoch: identity.epoch };
      const raw = Uint8Array.from([0, 255, 123]);
      const deadLetters = [{ ...place, offset: from + 1, reason: 'bad_json' as const, raw }];
      const nothing = { changes: [], verdicts: [], readMarks: [] };
      const batch = { ...place, ...nothing, from, to: from + 2, at: 1_750_000_000_000 };
      expect(await projection.commit({ ...batch, deadLetters })).toBe('committed');
      expect((await projection.positions(topic))[1]).toBe(from + 2);
    });

    test('a verdict is there to be asked for, and gone an hour after its id may be forgotten', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, user, stranger] = [roomIn(0, identity), anyId(), anyId()];
      log.create(room, [user]);
      const post = log.post(room, user, 'hello');
      const refused = log.event('room.deleted', room, stranger, { basis: 0 });
      log.append(refused);
      await log.commit();
      expect(await rooms.verdict(room, post.id)).toMatchObject({ reason: null, seq: post.seq });
      expect(await rooms.verdict(room, refused.id)).toMatchObject({ reason: 'superseded' });
      expect(await rooms.verdict(room, anyId())).toBeUndefined();
      expect(await rooms.verdict(anyId(), post.id)).toBeUndefined();

      const until = (await rooms.verdict(room, post.id))?.until ?? 0;
      log.now = until + HOUR;
      log.post(room, user, 'not yet');
      await log.commit();
      expect(await rooms.verdict(room, post.id)).toBeDefined();
      log.now += 1_000;
      log.post(room, user, 'now');
      await log.commit();
      expect(await rooms.verdict(room, post.id)).toBeUndefined();
    });

    test('verdicts of a partition that is far behind are not pruned by the time of another', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [behind, ahead] = [roomIn(0, identity), roomIn(1, identity)];
      log.create(behind, [anyId()]);
      const user = anyId();
      log.create(ahead, [user]);
      const post = log.post(behind, [...log.room(behind).members.keys()][0] ?? '', 'hello');
      await log.commit();
      log.now += 48 * HOUR;
      log.post(ahead, user, 'two days later');
      await log.commit();
      expect(await rooms.verdict(behind, post.id)).toBeDefined();
    });

    test('of read marks the highest counts, within a batch and between batches', async () => {
      const { projection, rooms, identity } = stores();
      const log = await open();
      const [room, user] = [roomIn(0, identity), anyId()];
      log.create(room, [user]);
      await log.commit();
      const mark = (...seqs: number[]) =>
        commitMarks(
          projection,
          identity,
          seqs.map((seq) => ({ user_id: user, room_id: room, seq })),
        );
      const lastRead = async () => (await rooms.room(room, user))?.last_read_seq;
      expect(await lastRead()).toBe(0);
      await mark(5, 9, 7);
      expect(await lastRead()).toBe(9);
      await mark(8);
      expect(await lastRead()).toBe(9);
      await mark(12);
      expect(await lastRead()).toBe(12);
    });
  });
}
