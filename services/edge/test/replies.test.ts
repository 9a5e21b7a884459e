import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ASSISTANT, replyMessageId, type Seq, type Uuid } from '@parley/contracts';
import { Rig, message, type EdgeRig, type RoomRig, type Somebody } from './rig.js';

let rig: Rig;
let edge: EdgeRig;
beforeAll(async () => {
  rig = await Rig.start();
  edge = await rig.edge();
});
afterAll(() => rig.stop());

/** A question that was put, and what a worker does with it. */
class Question {
  constructor(
    readonly room: RoomRig,
    readonly ann: Somebody,
    readonly id: Uuid,
    readonly replyId: Uuid,
  ) {}

  start(attempt = 1): Promise<Seq> {
    return rig.append('reply.started', this.room.id, {
      ...{ by: ASSISTANT, reply_id: this.replyId, question_id: this.id },
      ...{ attempt, model: 'gpt-4o', context_upto: 0, reserved: 0 },
    });
  }

  chunk(claim: Seq, offset: number, text: string): Promise<void> {
    return rig.chunks([{ room_id: this.room.id, reply_id: this.replyId, claim, offset, text }]);
  }

  settle(claim: Seq, content: string): Promise<Seq> {
    return rig.append('reply.settled', this.room.id, {
      ...{ by: ASSISTANT, reply_id: this.replyId, question_id: this.id, claim, content },
      ...{ attempt: 1, model: 'gpt-4o', status: 'completed' as const, usage: null },
      message_id: replyMessageId(this.replyId),
    });
  }
}

async function ask() {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben], { mode: 'always' });
  const hers = await edge.connect(ann);
  hers.say(message(room, 'why?'));
  const posted = await hers.heard('message.posted');
  const replyId = posted.asks?.[0]?.reply_id ?? '';
  return { ann, ben, hers, question: new Question(room, ann, posted.id, replyId) };
}

describe('chunks', () => {
  test('are shown between their claim and its settlement, in any room they belong to', async () => {
    const { hers, question } = await ask();
    const claim = await question.start();
    await question.chunk(claim, 0, 'Be');
    await question.chunk(claim, 2, 'cause.');
    await hers.heard('reply.chunk', ({ offset }) => offset === 2);
    await question.settle(claim, 'Because.');
    await hers.heard('reply.settled');
    await question.chunk(claim, 8, ' too late');
    const other = await ask();
    const later = await other.question.start();
    await other.question.chunk(later, 0, 'a fence');
    await other.hers.heard('reply.chunk');

    const types = hers.frames.map(({ type }) => type).filter((type) => type.startsWith('reply.'));
    expect(types).toEqual(['reply.started', 'reply.chunk', 'reply.chunk', 'reply.settled']);
    expect(hers.all('reply.chunk')[0]).toEqual({
      type: 'reply.chunk',
      room_id: question.room.id,
      reply_id: question.replyId,
      claim,
      offset: 0,
      text: 'Be',
    });
    expect((await hers.heard('reply.settled')).message.content).toBe('Because.');
  });

  test('that come before their claim was read wait for it', async () => {
    const { hers, question } = await ask();
    const ahead = (await question.room.post(question.ann, 'meanwhile')) + 1;
    await question.chunk(ahead, 0, 'early');
    expect(await hers.lives()).toBe(true);
    expect(hers.all('reply.chunk')).toEqual([]);
    expect(await question.start()).toBe(ahead);
    await hers.heard('reply.chunk');
    const types = hers.frames.map(({ type }) => type);
    expect(types.indexOf('reply.started')).toBeLessThan(types.indexOf('reply.chunk'));
  });

  test('of a superseded claim are dropped', async () => {
    const { hers, question } = await ask();
    const [zombie, claim] = [await question.start(), await question.start(2)];
    await hers.heard('reply.started', ({ seq }) => seq === claim);
    await question.chunk(zombie, 0, 'stale');
    await question.chunk(claim, 0, 'fresh');
    await hers.heard('reply.chunk', ({ text }) => text === 'fresh');
    expect(hers.all('reply.chunk')).toHaveLength(1);
  });

  test('of an answer that was stopped are dropped', async () => {
    const { hers, question } = await ask();
    const claim = await question.start();
    await question.chunk(claim, 0, 'bla');
    await hers.heard('reply.chunk');
    hers.say({ type: 'reply.stop', room_id: question.room.id, reply_id: question.replyId });
    await hers.heard('reply.stop_asked');
    await question.chunk(claim, 3, ' bla');
    const other = await ask();
    await other.question.chunk(await other.question.start(), 0, 'a fence');
    await other.hers.heard('reply.chunk');
    expect(hers.all('reply.chunk')).toHaveLength(1);
    hers.say({ type: 'reply.stop', room_id: question.room.id, reply_id: question.replyId });
    expect(await hers.error(question.replyId)).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('whoever begins to hear an open answer', () => {
  test('by connecting first gets its text so far', async () => {
    const { ben, hers, question } = await ask();
    const claim = await question.start();
    await question.chunk(claim, 0, 'Be');
    await question.chunk(claim, 2, 'cause');
    await hers.heard('reply.chunk', ({ offset }) => offset === 2);
    const his = await edge.connect(ben);
    expect((await his.heard('ready')).replies).toMatchObject([
      { reply_id: question.replyId, claim, status: 'generating' },
    ]);
    await question.chunk(claim, 7, '!');
    await his.heard('reply.chunk', ({ offset }) => offset === 7);
    expect(his.all('reply.chunk').map(({ offset, text }) => [offset, text])).toEqual([
      [0, 'Because'],
      [7, '!'],
    ]);
  });

  test('by resuming gets it behind his sync.done', async () => {
    const { ben, hers, question } = await ask();
    const claim = await question.start();
    await question.chunk(claim, 0, 'So');
    await hers.heard('reply.chunk');
    const resume = [{ room_id: question.room.id, after: question.room.created }];
    const his = await edge.connect(ben, { resume });
    await his.heard('reply.chunk');
    const types = his.frames.map(({ type }) => type);
    expect(types.indexOf('sync.done')).toBeLessThan(types.indexOf('reply.chunk'));
    expect(his.all('reply.chunk')).toMatchObject([{ offset: 0, text: 'So', claim }]);
  });

  test('on an edge that has not seen its beginning waits for the repeated text', async () => {
    const { ben, hers, question } = await ask();
    const claim = await question.start();
    await question.chunk(claim, 0, 'Lo');
    await hers.heard('reply.chunk');
    const other = await rig.edge();
    const his = await other.connect(ben);
    await question.chunk(claim, 2, 'ng');
    await question.chunk(claim, 0, 'Long');
    await question.chunk(claim, 4, 'er');
    await his.heard('reply.chunk', ({ offset }) => offset === 4);
    expect(his.all('reply.chunk').find(({ offset }) => offset === 0)?.text).toBe('Long');
    // Whoever has the text already is not sent it again.
    await hers.heard('reply.chunk', ({ offset }) => offset === 4);
    expect(hers.all('reply.chunk').map(({ offset }) => offset)).toEqual([0, 2, 4]);
  });
});
