import { expect, test } from '@jest/globals';
import { ChunkGate, ruleChunk } from '../src/index.js';
import { ROOM, Story, ann, cid, id } from './story.js';

const chunk = (claim: number, text = 'abc') => ({
  ...{ room_id: ROOM, reply_id: id(1), claim },
  ...{ offset: 0, text },
});

test('a chunk waits until its start was read, is shown while that claim holds, and dropped after', () => {
  const story = new Story().group();
  const { reply } = story.ask(cid);
  const rule = (claim: number) =>
    ruleChunk(chunk(claim), story.room.replies.get(reply), story.seq + 1);
  const first = story.seq + 10;
  expect(rule(first)).toBe('wait');
  story.start(reply);
  expect(rule(first)).toBe('show');
  story.start(reply);
  expect([rule(first), rule(story.seq)]).toEqual(['drop', 'show']);
  const claim = story.seq;
  story.settle(reply, claim);
  expect(rule(claim)).toBe('drop');
});

test('nothing is shown of a start that was void, of a stopped answer, or of one that nobody knows', () => {
  const story = new Story().group();
  const { reply } = story.ask(cid);
  const rule = (claim: number) =>
    ruleChunk(chunk(claim), story.room.replies.get(reply), story.seq + 1);
  story.start(reply);
  const claim = story.seq;
  story.tell({ type: 'reply.stop_asked', by: ann, reply_id: reply });
  expect(rule(claim)).toBe('drop');
  story.start(reply);
  expect(rule(story.seq)).toBe('drop');
  expect(ruleChunk(chunk(5), undefined, 6)).toBe('drop');
});

test('those that waited come out in their order once the tail has passed their start', () => {
  const gate = new ChunkGate({ maxUnits: 10_000 });
  for (const claim of [10, 12, 10, 14])
    expect(gate.offer(chunk(claim), undefined, 10)).toBe('wait');
  expect(gate.passed(10)).toEqual([]);
  expect(gate.passed(13).map(({ claim }) => claim)).toEqual([10, 12, 10]);
  expect(gate.waiting).toBe(1);
  expect(gate.passed(100)).toHaveLength(1);
});

test('what waits is bounded, however small, and room that was freed is used again', () => {
  const gate = new ChunkGate({ maxUnits: 1000 });
  const rulings = Array.from({ length: 100 }, () => gate.offer(chunk(10, ''), undefined, 10));
  expect(rulings.filter((ruling) => ruling === 'wait')).toHaveLength(gate.waiting);
  expect(gate.waiting).toBeLessThan(20);
  expect(gate.offer(chunk(10, 'x'.repeat(1000)), undefined, 10)).toBe('drop');
  gate.passed(11);
  expect(gate.offer(chunk(20), undefined, 11)).toBe('wait');
});
