import { describe, expect, test } from '@jest/globals';
import type { Message } from '@parley/contracts';
import type { Stores } from './projection.js';
import { Projector, anyId, roomIn } from './projector.js';

export function messagesContract(stores: Stores): void {
  const open = () => Projector.open(stores().projection, stores().identity);
  const contents = (items: readonly Message[]) => items.map(({ content }) => content);

  describe('messages', () => {
    test('pages of history ascend: the latest, those just older, those just newer', async () => {
      const { messages, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const seqs = Array.from({ length: 10 }, (_, i) => log.post(room, ann, `${i}`).seq);
      await log.commit();
      const page = async (options: { limit: number; before?: number; after?: number }) => {
        const { items, more } = await messages.history(room, options);
        return [contents(items).join(''), more];
      };
      expect(await page({ limit: 4 })).toEqual(['6789', true]);
      expect(await page({ limit: 10 })).toEqual(['0123456789', false]);
      expect(await page({ limit: 4, before: seqs[4] ?? 0 })).toEqual(['0123', false]);
      expect(await page({ limit: 3, before: seqs[4] ?? 0 })).toEqual(['123', true]);
      expect(await page({ limit: 3, after: seqs[4] ?? 0 })).toEqual(['567', true]);
      expect(await page({ limit: 5, after: seqs[4] ?? 0 })).toEqual(['56789', false]);
      expect(await page({ limit: 5, after: seqs[9] ?? 0 })).toEqual(['', false]);
      expect((await messages.history(anyId(), { limit: 5 })).items).toEqual([]);
      const { items } = await messages.history(room, { limit: 100 });
      expect(items.map(({ order }) => order)).toEqual(seqs.map((_, i) => i + 1));
    });

    test('text is kept as it was sent', async () => {
      const { messages, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const texts = [
        '<script>alert(1)</script>',
        `'"\\{},NULL`,
        'a\r\n\tb ',
        '你好 👩‍👩‍👧 e\u0301',
        '{}',
      ];
      for (const text of texts) log.post(room, ann, text);
      await log.commit();
      expect(contents((await messages.history(room, { limit: 10 })).items)).toEqual(texts);
    });

    test('find answers what an edit is decided on: a reaction does not move it', async () => {
      const { messages, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const post = log.post(room, ann, 'hello');
      const reaction = log.append(
        log.event('reaction.added', room, ann, { message_id: post.id, emoji: '👍' }),
      );
      await log.commit();
      const found = await messages.find(post.id);
      expect(found?.content_seq).toBe(post.seq);
      expect(found?.message).toMatchObject({ id: post.id, changed_seq: reaction.seq });
      expect(await messages.find(anyId())).toBeUndefined();
    });

    test('a reaction of one room never shows in another', async () => {
      const { messages, identity } = stores();
      const log = await open();
      const [room, other, ann] = [roomIn(0, identity), roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      log.create(other, [ann]);
      const post = log.post(room, ann, 'hello');
      await log.commit();
      log.append(log.event('reaction.added', other, ann, { message_id: post.id, emoji: '👍' }));
      await log.commit();
      const found = await messages.find(post.id);
      expect(found?.message).toMatchObject({ reactions: [], changed_seq: post.seq });
    });

    test('asks of a question are counted by model', async () => {
      const { messages, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const question = log.post(room, ann, 'hm?', { models: ['m-one', 'm-two'] });
      const again = { reply_id: anyId(), question_id: question.id, model: 'm-one' };
      log.append(log.event('reply.asked', room, ann, again));
      await log.commit();
      expect(await messages.countAsks(question.id, 'm-one')).toBe(2);
      expect(await messages.countAsks(question.id, 'm-two')).toBe(1);
      expect(await messages.countAsks(question.id, 'm-three')).toBe(0);
    });

    test('a prompt’s material is the newest undeleted messages up to a position', async () => {
      const { messages, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const posts = ['a', 'b', 'c', 'd', 'e'].map((text) => log.post(room, ann, text));
      const [, , gone, upto] = posts;
      if (!gone || !upto) throw new Error('no posts');
      const basis = { basis: gone.seq, message_id: gone.id, author: ann };
      log.append(log.event('message.deleted', room, ann, basis));
      await log.commit();
      const rows = await messages.context(room, upto.seq, 2);
      expect(rows.map(({ content }) => content)).toEqual(['b', 'd']);
      expect(rows[1]).toMatchObject({ id: upto.id, sender: 'user', created_at: log.now });
    });

    test('tokens are what settled answers cost since then, and what open ones reserve', async () => {
      const { messages, identity } = stores();
      const log = await open();
      const [room, other, ann, bob] = [roomIn(0, identity), roomIn(1, identity), anyId(), anyId()];
      const ask = (where: string, by: string) => {
        const { id, replies } = log.post(where, by, 'hm?', { models: ['m'] });
        return { where, id, reply: replies[0] ?? '' };
      };
      const settle = ({ where, id, reply }: ReturnType<typeof ask>) =>
        log.settle(where, id, reply, 'm', log.start(where, id, reply, 'm', 500));
      for (const id of [room, other]) log.create(id, [ann, bob]);
      settle(ask(room, ann));
      log.now += 10_000;
      const since = log.now;
      settle(ask(room, ann)); // 42
      settle(ask(room, bob)); // 42
      settle(ask(other, ann)); // 42
      const openOne = ask(room, ann);
      log.start(room, openOne.id, openOne.reply, 'm', 500);
      ask(room, ann); // asked, nothing reserved yet
      await log.commit();
      expect(await messages.spentTokens({ room_id: room, user_id: ann, since })).toEqual({
        room: 42 + 42 + 500,
        user: 42 + 42 + 500,
      });
      expect(await messages.spentTokens({ room_id: other, user_id: bob, since })).toEqual({
        room: 42,
        user: 42,
      });
    });
  });
}
