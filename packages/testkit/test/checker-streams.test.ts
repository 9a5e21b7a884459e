import { describe, expect, it } from '@jest/globals';
import { messageId } from '@parley/contracts';
import type { HistoryLine } from '@parley/testkit';
import { altered, judged } from './checker/judged.js';
import { ANN, BEN, invoke, ROOM, twoTalk } from './checker/story.js';

const isEvent = (line: HistoryLine, client: string, seq: number): boolean =>
  line.type === 'heard' && line.client === client && 'seq' in line.frame && line.frame.seq === seq;

describe('I3: one order for everybody', () => {
  it('two events told the other way round are noticed', () => {
    const story = twoTalk();
    const lines = story.lines();
    const one = lines.findIndex((line) => isEvent(line, 'ben', story.first));
    const other = lines.findIndex((line) => isEvent(line, 'ben', story.second));
    [lines[one], lines[other]] = [lines[other] as HistoryLine, lines[one] as HistoryLine];
    expect(judged(lines)).toContain('I3');
  });

  it('a sender’s own messages that changed places are noticed', () => {
    const story = twoTalk();
    // Ann asked for `late` and had its acknowledgement before she asked for `early`.
    const early = story.post(ANN, 'early');
    const late = story.post(ANN, 'late');
    for (const client of ['ann', 'ben']) {
      story.hears(client, 1, story.frame(early), story.frame(late));
    }
    for (const [op, content, seq] of [
      ['op-3', 'late', late],
      ['op-4', 'early', early],
    ] as const) {
      story.clients.push(invoke(op, 'ann', ANN, content));
      story.clients.push({ type: 'ok', op, seq, message_id: messageId(ROOM, ANN, `c-${content}`) });
    }
    expect(judged(story.lines())).toEqual(['I3']);
  });

  it('a record that is missing from the log is noticed', () => {
    const story = twoTalk();
    story.records.splice(1, 1);
    expect(judged(story.lines())).toContain('I3');
  });
});

describe('I4: resume and live are one sequence', () => {
  it('an event left out is noticed', () => {
    const story = twoTalk();
    const lines = altered(story.lines(), (line) =>
      isEvent(line, 'ben', story.first) ? null : line,
    );
    expect(judged(lines)).toContain('I4');
  });

  it('an event told twice is noticed', () => {
    const story = twoTalk();
    story.hears('ben', 1, story.frame(story.second));
    expect(judged(story.lines())).toContain('I4');
  });

  it('a live event before sync.done is noticed', () => {
    const story = twoTalk();
    story.clients.push({ type: 'closed', client: 'ben', connection: 1, code: 1006 });
    story.clients.push(invoke('op-3', 'ann', ANN, 'three'));
    const third = story.post(ANN, 'three');
    story.hears('ann', 1, story.frame(third));
    story.clients.push({ type: 'opened', client: 'ben', connection: 2, user_id: BEN });
    story.says('ben', 2, { type: 'auth', resume: [{ room_id: ROOM, after: story.first }] });
    // What was missed begins with the second message: the third cannot be part of it yet.
    story.hears('ben', 2, story.frame(third));
    story.hears('ben', 2, { type: 'sync.done', room_id: ROOM, through: third });
    expect(judged(story.lines())).toContain('I4');
  });

  it('a sync that ends without what was missed is noticed', () => {
    const story = twoTalk();
    story.clients.push(
      ...[
        { type: 'closed', client: 'ben', connection: 1, code: 1006 } as const,
        { type: 'opened', client: 'ben', connection: 2, user_id: BEN } as const,
      ],
    );
    story.clients.push(invoke('op-3', 'ann', ANN, 'three'));
    story.says('ben', 2, { type: 'auth', resume: [{ room_id: ROOM, after: story.second }] });
    const third = story.post(ANN, 'three');
    story.hears('ann', 1, story.frame(third));
    story.hears('ben', 2, { type: 'sync.done', room_id: ROOM, through: third });
    expect(judged(story.lines())).toContain('I4');
  });

  it('a sync that never ends is noticed', () => {
    const story = twoTalk();
    story.clients.push({ type: 'closed', client: 'ben', connection: 1, code: 1006 });
    story.clients.push({ type: 'opened', client: 'ben', connection: 2, user_id: BEN });
    story.says('ben', 2, { type: 'auth', resume: [{ room_id: ROOM, after: story.second }] });
    expect(judged(story.lines())).toEqual(['I4']);
  });

  it('a client that resumes from beyond what it has is noticed', () => {
    const story = twoTalk();
    story.clients.push(invoke('op-3', 'ann', ANN, 'three'));
    const third = story.post(ANN, 'three');
    story.hears('ann', 1, story.frame(third));
    story.clients.push({ type: 'closed', client: 'ben', connection: 1, code: 1006 });
    story.clients.push({ type: 'opened', client: 'ben', connection: 2, user_id: BEN });
    story.says('ben', 2, { type: 'auth', resume: [{ room_id: ROOM, after: third }] });
    story.hears('ben', 2, { type: 'sync.done', room_id: ROOM, through: third });
    expect(judged(story.lines())).toContain('I4');
  });
});

describe('I5: nothing outside a membership', () => {
  it('an event after one’s own leaving is noticed', () => {
    const story = twoTalk();
    const kicked = story.event({
      type: 'member.left',
      by: ANN,
      user_id: BEN,
      reason: 'kicked',
      basis: story.frames[0] !== undefined && 'seq' in story.frames[0] ? story.frames[0].seq : 0,
    } as never);
    story.clients.push(invoke('op-3', 'ann', ANN, 'three'));
    const third = story.post(ANN, 'three');
    for (const client of ['ann', 'ben']) story.hears(client, 1, story.frame(kicked));
    story.hears('ann', 1, story.frame(third));
    expect(judged(story.lines())).toEqual([]);
    story.hears('ben', 1, story.frame(third));
    expect(judged(story.lines())).toContain('I5');
  });
});
