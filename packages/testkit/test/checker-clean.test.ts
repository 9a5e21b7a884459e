import { describe, expect, it } from '@jest/globals';
import { messageId } from '@parley/contracts';
import { checkHistory, historyOf, parseHistoryLine } from '@parley/testkit';
import { ANN, BEN, invoke, ok, ROOM, twoTalk } from './checker/story.js';

describe('a run in which every promise was kept', () => {
  it('raises no alarm', () => {
    expect(checkHistory(historyOf(twoTalk().lines()))).toEqual([]);
  });

  it('raises none when read back from JSON lines', () => {
    const lines = twoTalk()
      .lines()
      .map((line) => parseHistoryLine(JSON.stringify(line)));
    expect(checkHistory(historyOf(lines))).toEqual([]);
  });

  it('raises none over a resume that syncs from rows', () => {
    const story = twoTalk();
    story.clients.push({ type: 'closed', client: 'ben', connection: 1, code: 1006 });
    story.clients.push(invoke('op-3', 'ann', ANN, 'three'));
    const third = story.post(ANN, 'three');
    story.hears('ann', 1, story.frame(third));
    story.clients.push(ok('op-3', third, ANN, 'three'));
    story.clients.push({ type: 'opened', client: 'ben', connection: 2, user_id: BEN });
    story.says('ben', 2, { type: 'auth', resume: [{ room_id: ROOM, after: story.second }] });
    story.hears('ben', 2, {
      type: 'sync.state',
      room_id: ROOM,
      room: {},
      members: [],
      replies: [],
      reset: false,
      messages: [
        {
          id: messageId(ROOM, ANN, 'c-three'),
          seq: third,
          order: 3,
          content: 'three',
          changed_seq: third,
          deleted_at: null,
          reactions: [],
          reply: null,
        },
      ],
    } as never);
    story.hears('ben', 2, { type: 'sync.done', room_id: ROOM, through: third });
    expect(checkHistory(historyOf(story.lines()))).toEqual([]);
  });

  it('raises none over an answer', () => {
    const story = twoTalk();
    story.clients.push(invoke('op-3', 'ann', ANN, 'three'));
    const question = messageId(ROOM, ANN, 'c-three');
    const asked = story.post(ANN, 'three', { asks: 'm' });
    const claim = story.start(question);
    story.chunk(question, claim, 'well');
    const settled = story.settle(question, claim, 'well');
    for (const client of ['ann', 'ben']) {
      for (const seq of [asked, claim, settled]) story.hears(client, 1, story.frame(seq));
    }
    expect(checkHistory(historyOf(story.lines()))).toEqual([]);
  });
});
