import { describe, expect, test } from '@jest/globals';
import { iso } from '@parley/domain';
import type { Stores } from './projection.js';
import { Projector, anyId, roomIn } from './projector.js';

export function changesContract(stores: Stores): void {
  const open = () => Projector.open(stores().projection, stores().identity);

  describe('changes since a seq', () => {
    test('are rows of their latest state: new, edited, deleted and reacted-to messages, by seq', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann, bob] = [roomIn(0, identity), anyId(), anyId()];
      log.create(room, [ann, bob]);
      const [same, edited, removed, reacted] = ['same', 'edited', 'removed', 'reacted'].map(
        (content) => log.post(room, ann, content),
      );
      if (!same || !edited || !removed || !reacted) throw new Error('no posts');
      const after = log.room(room).last_seq;
      await log.commit();
      const basis = (post: { id: string; seq: number }) => ({
        basis: post.seq,
        message_id: post.id,
        author: ann,
      });
      log.append(log.event('message.deleted', room, ann, basis(removed)));
      log.append(log.event('reaction.added', room, bob, { message_id: reacted.id, emoji: '👍' }));
      log.append(
        log.event('message.edited', room, ann, { ...basis(edited), content: 'edited twice' }),
      );
      const posted = log.post(room, bob, 'new');
      await log.commit();
      const changes = await rooms.changes(room, ann, { after, limit: 100 });
      expect(changes?.reset).toBe(false);
      expect(changes?.projected).toEqual(log.next);
      expect(
        changes?.messages.map(({ id, content, deleted_at, reactions }) => ({
          id,
          content,
          deleted: deleted_at !== null,
          reactions,
        })),
      ).toEqual([
        { id: edited.id, content: 'edited twice', deleted: false, reactions: [] },
        { id: removed.id, content: '', deleted: true, reactions: [] },
        {
          id: reacted.id,
          content: 'reacted',
          deleted: false,
          reactions: [{ emoji: '👍', user_ids: [bob] }],
        },
        { id: posted.id, content: 'new', deleted: false, reactions: [] },
      ]);
      expect(changes?.members).toEqual([]);
      expect(changes?.room.last_seq).toBe(posted.seq);
    });

    test('a reaction taken back is a change too', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const post = log.post(room, ann, 'hello');
      const reaction = { message_id: post.id, emoji: '👍' };
      log.append(log.event('reaction.added', room, ann, reaction));
      const after = log.room(room).last_seq;
      await log.commit();
      const { seq } = log.append(log.event('reaction.removed', room, ann, reaction));
      await log.commit();
      const changes = await rooms.changes(room, ann, { after, limit: 100 });
      expect(changes?.messages).toMatchObject([{ id: post.id, reactions: [], changed_seq: seq }]);
    });

    test('have members who came, changed or left, with tombstones and their names', async () => {
      const { rooms, users, identity } = stores();
      const log = await open();
      const [room, ann, bob, eve] = [roomIn(0, identity), anyId(), anyId(), anyId()];
      const account = { email: null, role: 'user' as const, password_hash: 'x' };
      await users.create({ ...account, id: bob, username: `bob-${bob}`, display_name: 'Bob' });
      log.create(room, [ann, bob]);
      const after = log.room(room).last_seq;
      const names = { username: null, display_name: 'ignored' };
      const joined = { basis: 0, user_id: eve, role: 'member' as const, ...names };
      log.append(log.event('member.joined', room, ann, joined));
      const basis = log.room(room).members.get(bob)?.membership_seq ?? 0;
      log.now += 1_000;
      const left = log.append(
        log.event('member.left', room, bob, { basis, user_id: bob, reason: 'left' }),
      );
      await log.commit();
      const changes = await rooms.changes(room, ann, { after, limit: 100 });
      expect(changes?.members.map(({ user_id }) => user_id)).toEqual([eve, bob]);
      expect(changes?.members[1]).toMatchObject({
        username: `bob-${bob}`,
        display_name: 'Bob',
        left_at: iso(log.now),
        changed_seq: left.seq,
      });
      expect((await rooms.members(room)).map(({ user_id }) => user_id)).toEqual([ann, eve]);
      const reset = await rooms.changes(room, ann, { after, limit: 100, reset: true });
      expect(reset?.members.map(({ user_id }) => user_id)).toEqual([ann, eve]);
    });

    test('have open replies that changed; settled ones are messages', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const question = log.post(room, ann, 'hm?', { models: ['m-one', 'm-two'] });
      const [one = '', two = ''] = question.replies;
      const after = log.room(room).last_seq;
      const claim = log.start(room, question.id, one, 'm-one');
      const other = log.start(room, question.id, two, 'm-two');
      const message = log.settle(room, question.id, two, 'm-two', other);
      await log.commit();
      const changes = await rooms.changes(room, ann, { after, limit: 100 });
      expect(changes?.replies).toMatchObject([{ reply_id: one, status: 'generating', claim }]);
      expect(changes?.messages).toMatchObject([
        { id: message, sender: 'ai', sender_name: 'm-two', reply: { reply_id: two, claim: other } },
      ]);
    });

    test('are a reset where they are more than the limit: the latest page', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const after = log.room(room).last_seq;
      const posts = Array.from({ length: 60 }, (_, i) => log.post(room, ann, `${i}`).id);
      await log.commit();
      const all = await rooms.changes(room, ann, { after, limit: 60 });
      expect([all?.reset, all?.messages.length]).toEqual([false, 60]);
      for (const options of [
        { after, limit: 59 },
        { after, limit: 60, reset: true },
      ]) {
        const reset = await rooms.changes(room, ann, options);
        expect(reset?.reset).toBe(true);
        expect(reset?.messages.map(({ id }) => id)).toEqual(posts.slice(10));
      }
    });

    test('of a room that does not exist there are none', async () => {
      const { rooms } = stores();
      expect(await rooms.changes(anyId(), anyId(), { after: 0, limit: 10 })).toBeUndefined();
    });
  });
}
