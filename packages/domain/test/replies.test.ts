import { expect, test } from '@jest/globals';
import { replyId } from '@parley/contracts';
import * as fc from 'fast-check';
import { MEMORY_MS, applyRoomEvent } from '../src/index.js';
import { aLog, fold, someRetries, withRetries } from './any-log.js';
import { Story, ann, bob, cid, eventOf, eve, id, settled, started } from './story.js';

test('every open answer ends in exactly one settlement', () => {
  fc.assert(
    fc.property(aLog, someRetries, (log, retries) => {
      const noisy = withRetries(log, retries);
      const { room, outcomes } = fold(noisy);
      const opened: string[] = [];
      const ended: string[] = [];
      const note = (n: number): void => {
        const { event } = noisy[n] ?? {};
        if (outcomes[n]?.reason !== null || event === undefined) return;
        outcomes[n]?.asks.forEach((ask) => opened.push(ask.reply_id));
        if (event.type === 'reply.asked') opened.push(event.reply_id);
        if (event.type === 'reply.settled') ended.push(event.reply_id);
      };
      noisy.forEach((_, n) => note(n));
      // Its owner does what is left to do: claims what nobody claimed, and settles.
      const at = noisy.at(-1)?.stamp.at ?? 0;
      let seq = (noisy.at(-1)?.stamp.seq ?? 0) + 1000;
      const owed = [...room.replies.values()].filter((reply) => reply.status !== 'settled');
      for (const reply of owed) {
        if (reply.closed === null && reply.claim === null) {
          const start = started(room, reply.reply_id);
          const envelope = { id: id(++seq), room_id: room.id, born: at };
          expect(applyRoomEvent(room, eventOf(start, envelope), { seq, at }).reason).toBeNull();
        }
        const status = reply.closed === null ? 'failed' : 'stopped';
        for (const again of [false, true]) {
          const draft = settled(room, reply.reply_id, reply.claim, status);
          const event = eventOf(draft, { id: id(++seq), room_id: room.id, born: at });
          const { reason } = applyRoomEvent(room, event, { seq, at });
          expect(reason).toBe(again ? 'no_such_reply' : null);
        }
        ended.push(reply.reply_id);
      }
      expect(ended.toSorted()).toEqual(opened.toSorted());
      expect(new Set(ended).size).toBe(ended.length);
    }),
    { numRuns: 200 },
  );
});

test('the claim is the seq of the last applied start: those before it cannot settle', () => {
  const story = new Story().group();
  const { reply } = story.ask(cid);
  expect(story.settle(reply, null).reason).toBe('foreign_claim');
  story.start(reply);
  const first = story.seq;
  story.start(reply, 2);
  const second = story.seq;
  expect(story.room.replies.get(reply)).toMatchObject({ claim: second, attempt: 2, reserved: 100 });
  expect(story.settle(reply, first).reason).toBe('foreign_claim');
  expect(story.settle(reply, null).reason).toBe('foreign_claim');
  expect(story.settle(reply, second)).toMatchObject({ reason: null, order: 2 });
  expect(story.start(reply, 3).reason).toBe('no_such_reply');
});

test('a stop closes the answer: no new claim, and only a stopped settlement of the claim that held', () => {
  const story = new Story().group();
  const { reply } = story.ask(cid);
  story.start(reply);
  const claim = story.seq;
  expect(story.why({ type: 'reply.stop_asked', by: eve, reply_id: reply })).toBe('not_a_member');
  expect(story.why({ type: 'reply.stop_asked', by: bob, reply_id: reply })).toBeNull();
  expect(story.room.replies.get(reply)?.closed).toEqual({
    reason: 'stopped',
    by: bob,
    at: story.now,
  });
  expect(story.why({ type: 'reply.stop_asked', by: cid, reply_id: reply })).toBe('reply_closed');
  expect(story.start(reply).reason).toBe('reply_closed');
  expect(story.settle(reply, claim, 'completed').reason).toBe('forbidden');
  expect(story.settle(reply, claim - 1, 'stopped').reason).toBe('foreign_claim');
  expect(story.settle(reply, claim, 'stopped').reason).toBeNull();
  expect(story.why({ type: 'reply.stop_asked', by: cid, reply_id: reply })).toBe('no_such_reply');
});

test('an answer that was stopped before anyone claimed it is settled without a claim', () => {
  const story = new Story().group();
  const { reply } = story.ask(cid);
  story.tell({ type: 'reply.stop_asked', by: cid, reply_id: reply });
  expect(story.settle(reply, null, 'stopped').reason).toBeNull();
});

test('deleting the question closes its answers, and no others', () => {
  const story = new Story().group();
  const other = story.ask(cid);
  const { question, reply } = story.ask(cid);
  story.tell({ type: 'message.deleted', by: cid, message_id: question, author: cid });
  expect(story.room.replies.get(reply)?.closed?.reason).toBe('deleted');
  expect(story.room.replies.get(other.reply)?.closed).toBeNull();
  const again = { type: 'reply.asked', by: cid, question_id: question, model: 'gpt-4o' } as const;
  expect(story.why({ ...again, reply_id: replyId(question, 'gpt-4o', 1) })).toBe('message_deleted');
});

test('only the worker starts and settles', () => {
  const story = new Story().group();
  const { reply } = story.ask(cid);
  story.start(reply);
  const { event: start } = story.last;
  expect(story.append({ ...start, id: id(0x1), by: ann }).reason).toBe('forbidden');
  const settlement = story.draft(settled(story.room, reply, story.seq, 'completed'));
  expect(story.append({ ...settlement, by: ann }).reason).toBe('forbidden');
});

test('an ask counts only where the assistant is on and the id follows from question and model', () => {
  const kept = (mode: 'off' | 'mention' | 'always') => {
    const story = new Story().group({ mode });
    story.ask(cid);
    return story.last.outcome.asks.length;
  };
  expect([kept('off'), kept('mention'), kept('always')]).toEqual([0, 1, 1]);

  const story = new Story().group();
  const question = story.draft({
    ...{ type: 'message.posted', by: cid, client_id: 'k', content: '@ai', sender_name: 'Cid' },
    asks: [{ model: 'gpt-4o', reply_id: id(0x666) }],
  } as const);
  expect(story.append(question)).toMatchObject({ reason: null, asks: [] });
  expect(story.room.replies.size).toBe(0);
});

test('naming two models opens two answers; the same one twice opens one', () => {
  const story = new Story().group();
  story.post(cid, 'both?', ['gpt-4o', 'gpt-4', 'gpt-4o']);
  expect(story.last.outcome.asks.map((ask) => ask.model)).toEqual(['gpt-4o', 'gpt-4']);
  expect(story.room.replies.size).toBe(2);
});

test('asking again opens a reply once, also lately after it was settled', () => {
  const story = new Story().group();
  const { question } = story.ask(cid);
  const reply_id = replyId(question, 'gpt-4o', 1);
  const again = {
    type: 'reply.asked',
    by: bob,
    reply_id,
    question_id: question,
    model: 'gpt-4o',
  } as const;
  expect(story.why(again)).toBeNull();
  expect(story.why(again)).toBe('no_change');
  story.start(reply_id);
  story.settle(reply_id, story.seq);
  story.wait(MEMORY_MS);
  expect(story.why(again)).toBe('no_change');
  // Forgotten by the time of the records, whether or not the reply has been swept away.
  story.wait(1);
  expect(story.why(again)).toBeNull();
  story.tell({ type: 'room.updated', by: ann, assistant: null });
  expect(story.why(again)).toBe('assistant_off');
});
