import { describe, expect, test } from '@jest/globals';
import { TOPICS } from '@parley/contracts';
import { iso } from '@parley/domain';
import type { Stores } from './projection.js';
import { Projector, anyId, commitMarks, roomIn } from './projector.js';

export function roomsContract(stores: Stores): void {
  const open = () => Projector.open(stores().projection, stores().identity);

  describe('a room, as a user sees it', () => {
    test('says what it is, who is in it, and what was last said', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann, bob] = [roomIn(0, identity), anyId(), anyId()];
      const created = log.now;
      log.create(room, [ann, bob], { name: '名字', visibility: 'unlisted' });
      log.now += 5_000;
      const post = log.post(room, ann, `long ${'👋'.repeat(200)}`);
      await log.commit();
      expect(await rooms.room(room, bob)).toEqual({
        id: room,
        kind: 'group',
        name: '名字',
        visibility: 'unlisted',
        assistant: { mode: 'mention', model: null, system_prompt: null },
        created_by: ann,
        created_at: iso(created),
        updated_at: iso(created),
        status: 'Active',
        member_count: 2,
        last_seq: post.seq,
        last_read_seq: 0,
        unread_count: 1,
        mention_count: 0,
        last_message: {
          id: post.id,
          sender_name: 'someone',
          excerpt: `long ${'👋'.repeat(115)}`,
          at: iso(log.now),
        },
      });
      expect(await rooms.room(anyId(), bob)).toBeUndefined();
    });

    test('a conversation also has the names of the seeds', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      const assistant = { mode: 'always', model: 'gpt-4o', system_prompt: 'Be brief.' } as const;
      log.create(room, [ann], { kind: 'conversation', name: 'Title', assistant });
      await log.commit();
      const names = { title: 'Title', model: 'gpt-4o', system_prompt: 'Be brief.' };
      expect(await rooms.room(room, ann)).toMatchObject(names);
    });

    test('unread are messages after the read mark, of others and of the AI, not deleted; mentions among them', async () => {
      const { projection, rooms, identity } = stores();
      const log = await open();
      const [room, ann, bob] = [roomIn(0, identity), anyId(), anyId()];
      log.create(room, [ann, bob]);
      const read = log.post(room, ann, 'read', { mentions: [bob] });
      log.post(room, bob, 'own', { mentions: [bob] });
      const question = log.post(room, ann, 'unread @bob', { mentions: [bob], models: ['m'] });
      const gone = log.post(room, ann, 'deleted', { mentions: [bob] });
      const basis = { basis: gone.seq, message_id: gone.id, author: ann };
      log.append(log.event('message.deleted', room, ann, basis));
      const [reply = ''] = question.replies;
      const claim = log.start(room, question.id, reply, 'm');
      log.settle(room, question.id, reply, 'm', claim);
      await log.commit();
      await commitMarks(projection, identity, [
        { user_id: bob, room_id: room, seq: read.seq },
        { user_id: ann, room_id: room, seq: log.room(room).last_seq },
      ]);
      const seenBy = async (user: string) => (await rooms.roomsOf(user)).rooms[0];
      expect(await seenBy(bob)).toMatchObject({ unread_count: 2, mention_count: 1 });
      expect(await seenBy(bob)).toMatchObject({ last_read_seq: read.seq });
      expect(await seenBy(ann)).toMatchObject({ unread_count: 0, mention_count: 0 });
    });

    test('the last message is one that was not deleted', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      await log.commit();
      expect((await rooms.room(room, ann))?.last_message).toBeNull();
      const kept = log.post(room, ann, 'kept');
      const gone = log.post(room, ann, 'gone');
      const basis = { basis: gone.seq, message_id: gone.id, author: ann };
      log.append(log.event('message.deleted', room, ann, basis));
      await log.commit();
      expect((await rooms.room(room, ann))?.last_message?.id).toBe(kept.id);
    });
  });

  describe('roomsOf', () => {
    test('answers the rooms that the user is in and that are not deleted, with their open replies', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [ann, bob] = [anyId(), anyId()];
      const [mine, left, deleted, foreign] = [0, 1, 0, 1].map((p) => roomIn(p, identity));
      if (!mine || !left || !deleted || !foreign) throw new Error('no rooms');
      for (const room of [mine, left, deleted]) log.create(room, [ann, bob]);
      log.create(foreign, [bob]);
      const basis = log.room(left).members.get(ann)?.membership_seq ?? 0;
      const kick = { basis, user_id: bob, reason: 'kicked' as const };
      log.append(log.event('member.left', left, ann, { ...kick }));
      log.append(
        log.event('room.deleted', deleted, ann, {
          basis: log.room(deleted).settings?.settings_seq ?? 0,
        }),
      );
      const question = log.post(mine, ann, 'a question', { models: ['m-one', 'm-two'] });
      const [unsettled = '', settled = ''] = question.replies;
      const claim = log.start(mine, question.id, settled, 'm-two');
      log.settle(mine, question.id, settled, 'm-two', claim);
      await log.commit();
      const answer = await rooms.roomsOf(ann);
      expect(answer.projected).toEqual(log.next);
      expect(answer.rooms.map(({ id }) => id).sort()).toEqual([mine, left].sort());
      expect(answer.replies).toEqual([
        {
          reply_id: unsettled,
          room_id: mine,
          question_id: question.id,
          claim: null,
          model: 'm-one',
          status: 'asked',
          attempt: 0,
        },
      ]);
      const others = await rooms.roomsOf(bob);
      expect(others.rooms.map(({ id }) => id).sort()).toEqual([mine, foreign].sort());
    });
  });

  describe('deciding a write', () => {
    test('access says settings, the memberships asked for (tombstones too) and counts', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann, bob, gone] = [roomIn(0, identity), anyId(), anyId(), anyId()];
      log.create(room, [ann, bob, gone]);
      const basis = log.room(room).members.get(gone)?.membership_seq ?? 0;
      log.append(log.event('member.left', room, ann, { basis, user_id: gone, reason: 'banned' }));
      await log.commit();
      const access = await rooms.access(room, [ann, gone, anyId()]);
      const state = log.room(room);
      expect(access?.settings).toEqual(state.settings);
      const known = [ann, gone].map((id) => [id, state.members.get(id)] as const);
      expect(access?.members).toEqual(new Map(known));
      expect(access).toMatchObject({ member_count: 2, owner_count: 1 });
      expect(await rooms.access(anyId(), [ann])).toBeUndefined();
    });

    test('lookup answers message, verdict and position of one moment', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      const post = log.post(room, ann, 'hello');
      await log.commit();
      const found = await rooms.lookup(room, post.id);
      expect(found.message).toMatchObject({ id: post.id, content: 'hello', seq: post.seq });
      expect(found.verdict).toMatchObject({ id: post.id, reason: null, seq: post.seq });
      expect(found.projected).toEqual(log.next);
      const absent = await rooms.lookup(room, anyId());
      expect([absent.message, absent.verdict]).toEqual([undefined, undefined]);
      expect((await rooms.lookup(anyId(), post.id)).message).toBeUndefined();
    });

    test('no answer is of two moments, however the projection moves meanwhile', async () => {
      const { rooms, identity } = stores();
      const log = await open();
      const [room, ann] = [roomIn(0, identity), anyId()];
      log.create(room, [ann]);
      await log.commit();
      const partition = log.partition(room);
      // Every post is one record: the position says how many must be there.
      const base = log.next[partition] ?? 0;
      let done = false;
      const write = async (): Promise<void> => {
        for (let i = 0; i < 60 && !done; i++) {
          log.post(room, ann, `${i}`);
          await log.commit();
        }
        done = true;
      };
      const read = async (): Promise<void> => {
        while (!done) {
          const changes = await rooms.changes(room, ann, { after: 0, limit: 1_000 });
          const loaded = await rooms.load([room]);
          const order = loaded.rooms.get(room)?.last_order;
          if (changes?.messages.length !== (changes?.projected[partition] ?? 0) - base)
            throw new Error('messages and position are of two moments');
          if (order !== (loaded.projected[partition] ?? 0) - base)
            throw new Error('state and position are of two moments');
        }
      };
      const failed = (error: unknown): never => {
        done = true;
        throw error;
      };
      const outcomes = await Promise.allSettled([write(), read().catch(failed)]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect((await rooms.positions(TOPICS.roomEvents))[partition]).toBe(base + 60);
    });
  });
}
