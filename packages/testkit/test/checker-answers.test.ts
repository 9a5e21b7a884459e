import { describe, expect, it } from '@jest/globals';
import { messageId, replyId } from '@parley/contracts';
import { judged } from './checker/judged.js';
import { ANN, invoke, ROOM, twoTalk } from './checker/story.js';

const question = messageId(ROOM, ANN, 'c-three');

function asked() {
  const story = twoTalk();
  story.clients.push(invoke('op-3', 'ann', ANN, 'three'));
  const seq = story.post(ANN, 'three', { asks: 'm' });
  const tell = (at: number): void => {
    for (const client of ['ann', 'ben']) story.hears(client, 1, story.frame(at));
  };
  tell(seq);
  return { story, tell };
}

describe('I7: one final text per answer', () => {
  it('an answer that never ends is noticed', () => {
    const { story, tell } = asked();
    tell(story.start(question));
    expect(judged(story.lines())).toEqual(['I7']);
  });

  it('a final text that its chunks did not say is noticed', () => {
    const { story, tell } = asked();
    const claim = story.start(question);
    tell(claim);
    story.chunk(question, claim, 'this');
    tell(story.settle(question, claim, 'that'));
    expect(judged(story.lines())).toEqual(['I7']);
  });

  it('a chunk of a claim that was not announced is noticed', () => {
    const { story, tell } = asked();
    const claim = story.start(question);
    const reply_id = replyId(question, 'm', 0);
    story.chunk(question, claim, 'well');
    story.hears('ann', 1, {
      type: 'reply.chunk',
      room_id: ROOM,
      reply_id,
      claim,
      offset: 0,
      text: 'well',
    });
    tell(claim);
    tell(story.settle(question, claim, 'well'));
    expect(judged(story.lines())).toEqual(['I7']);
  });

  it('a chunk after the end is noticed', () => {
    const { story, tell } = asked();
    const claim = story.start(question);
    tell(claim);
    const reply_id = replyId(question, 'm', 0);
    story.chunk(question, claim, 'well');
    tell(story.settle(question, claim, 'well'));
    expect(judged(story.lines())).toEqual([]);
    story.hears('ann', 1, {
      type: 'reply.chunk',
      room_id: ROOM,
      reply_id,
      claim,
      offset: 0,
      text: 'well',
    });
    expect(judged(story.lines())).toEqual(['I7']);
  });
});
