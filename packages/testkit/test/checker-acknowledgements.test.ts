import { describe, expect, it } from '@jest/globals';
import { messageId } from '@parley/contracts';
import { altered, judged } from './checker/judged.js';
import { ANN, BEN, invoke, ok, ROOM, twoTalk } from './checker/story.js';

describe('I1: acknowledged means exactly once, everywhere', () => {
  it('an acknowledgement without a record is noticed', () => {
    const story = twoTalk();
    story.clients.push(invoke('op-3', 'ann', ANN, 'lost'), ok('op-3', story.seq + 1, ANN, 'lost'));
    expect(judged(story.lines())).toContain('I1');
  });

  it('an acknowledgement at another position is noticed', () => {
    const story = twoTalk();
    story.clients.push(invoke('op-3', 'ann', ANN, 'one'), ok('op-3', story.second, ANN, 'one'));
    expect(judged(story.lines())).toContain('I1');
  });

  it('an acknowledged message that the projection lacks is noticed', () => {
    const story = twoTalk();
    const gone = messageId(ROOM, BEN, 'c-two');
    const lines = altered(story.lines(), (line) =>
      line.type === 'row' && line.table === 'messages' && line.row.id === gone ? null : line,
    );
    expect(judged(lines)).toContain('I8');
  });

  it('a member who is never told of the last message is noticed', () => {
    const story = twoTalk();
    const lines = altered(story.lines(), (line) =>
      line.type === 'heard' &&
      line.client === 'ben' &&
      'seq' in line.frame &&
      line.frame.seq === story.second
        ? null
        : line,
    );
    expect(judged(lines)).toEqual(['I1']);
  });
});

describe('I2: nothing that nobody sent', () => {
  it('a message that no client asked for is noticed', () => {
    const story = twoTalk();
    const forged = story.post(BEN, 'forged');
    for (const client of ['ann', 'ben']) story.hears(client, 1, story.frame(forged));
    expect(judged(story.lines())).toEqual(['I2']);
  });

  it('a frame with another text than the record is noticed', () => {
    const story = twoTalk();
    const lines = altered(story.lines(), (line) =>
      line.type === 'heard' && 'content' in line.frame && line.frame.content === 'two'
        ? { ...line, frame: { ...line.frame, content: 'too' } as never }
        : line,
    );
    expect(judged(lines)).toEqual(['I2']);
  });

  it('a message that was refused for good and is there all the same is noticed', () => {
    const story = twoTalk();
    const lines = altered(story.lines(), (line) =>
      line.type === 'ok' && line.op === 'op-2'
        ? { type: 'fail', op: 'op-2', code: 'FORBIDDEN' }
        : line,
    );
    expect(judged(lines)).toEqual(['I2']);
  });

  it('a refusal speaks for its own attempt: a later acknowledgement of the same id stands', () => {
    const story = twoTalk();
    story.clients.push(
      invoke('op-3', 'rest/ann', ANN, 'late'),
      { type: 'fail', op: 'op-3', code: 'STALE' },
      invoke('op-4', 'ann', ANN, 'late'),
    );
    const late = story.post(ANN, 'late');
    for (const client of ['ann', 'ben']) story.hears(client, 1, story.frame(late));
    story.clients.push(ok('op-4', late, ANN, 'late'));
    expect(judged(story.lines())).toEqual([]);
  });

  it('a message whose every attempt was refused for good and is there all the same is noticed', () => {
    const story = twoTalk();
    for (const op of ['op-3', 'op-4']) {
      story.clients.push(invoke(op, 'rest/ann', ANN, 'late'), { type: 'fail', op, code: 'STALE' });
    }
    const late = story.post(ANN, 'late');
    for (const client of ['ann', 'ben']) story.hears(client, 1, story.frame(late));
    expect(judged(story.lines())).toEqual(['I2']);
  });

  it('an outcome that stayed unknown may be there or not', () => {
    const story = twoTalk();
    story.clients.push(invoke('op-3', 'ann', ANN, 'never'), { type: 'unknown', op: 'op-3' });
    const lines = altered(story.lines(), (line) =>
      line.type === 'ok' ? { type: 'unknown', op: line.op } : line,
    );
    expect(judged(lines)).toEqual([]);
  });
});

describe('I6: one reads one’s own writes', () => {
  it('a page read after the acknowledgement without the message is noticed', () => {
    const story = twoTalk();
    const read = {
      type: 'read',
      client: 'ben',
      op: 'op-2',
      room_id: ROOM,
      at_least: story.second,
    } as const;
    const first = { id: messageId(ROOM, ANN, 'c-one'), seq: story.first };
    story.clients.push({ ...read, messages: [first] });
    expect(judged(story.lines())).toEqual(['I6']);
    story.clients.pop();
    const second = { id: messageId(ROOM, BEN, 'c-two'), seq: story.second };
    story.clients.push({ ...read, messages: [first, second] });
    expect(judged(story.lines())).toEqual([]);
  });
});
