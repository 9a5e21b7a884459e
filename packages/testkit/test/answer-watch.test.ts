import { expect, test } from '@jest/globals';
import type { ServerFrame } from '@parley/contracts';
import { AnswerWatch } from '../src/torture/answer-watch.js';

const REPLY = '0f8fad5b-d9cb-469f-a165-70867728950e';

const chunk = (claim: number, offset: number, text: string): ServerFrame => ({
  type: 'reply.chunk',
  room_id: REPLY,
  reply_id: REPLY,
  claim,
  offset,
  text,
});

const settled = (claim: number, content: string, status = 'completed'): ServerFrame =>
  ({ type: 'reply.settled', reply_id: REPLY, claim, content, status }) as ServerFrame;

function watch(...frames: ServerFrame[]): AnswerWatch {
  const answers = new AnswerWatch('c1');
  for (const frame of frames) answers.heard(frame);
  return answers;
}

test('an answer whose chunks said the beginning of its final text is right', () => {
  const answers = watch(chunk(5, 0, 'Hel'), chunk(5, 3, 'lo'), settled(5, 'Hello, world'));
  expect(answers.compared).toBe(1);
  expect(answers.faults).toEqual([]);
});

test('chunks that said something else are a fault', () => {
  expect(watch(chunk(5, 0, 'Hi'), settled(5, 'Hello')).faults).toHaveLength(1);
  expect(watch(chunk(5, 0, 'Hello!'), settled(5, 'Hello')).faults).toHaveLength(1);
});

test('a repeated chunk is cut and appended, one beyond the text is ignored', () => {
  const answers = watch(
    chunk(5, 0, 'Hello'),
    chunk(5, 3, 'lo, '),
    chunk(5, 100, 'never'),
    chunk(5, 7, 'world'),
    settled(5, 'Hello, world'),
  );
  expect(answers.faults).toEqual([]);
});

test('a new claim begins the text anew; what a beaten claim said does not count', () => {
  const answers = watch(chunk(5, 0, 'Gone'), chunk(9, 0, 'Here'), settled(9, 'Here'));
  expect(answers).toMatchObject({ compared: 1, faults: [] });
  expect(watch(chunk(5, 0, 'Gone'), settled(9, 'Here'))).toMatchObject({ compared: 0, faults: [] });
});

test('who came in the middle, or back, compares nothing it does not have whole', () => {
  expect(watch(chunk(5, 3, 'lo'), settled(5, 'Hello')).compared).toBe(0);
  const answers = watch(chunk(5, 0, 'wrong'));
  answers.reconnected();
  answers.heard(settled(5, 'Hello'));
  expect(answers).toMatchObject({ compared: 0, faults: [] });
});
