/** How an answer's text is composed while it is written, restarted and settled. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyChunk, openReply, type OpenReply } from '@parley/client';
import {
  ROOM,
  answer,
  chunk,
  posted,
  ready,
  reply,
  settled,
  started,
  syncDone,
  syncState,
  uuid,
} from './support/fixtures.js';
import { harness } from './support/harness.js';

const fresh = openReply(reply({ claim: 50, status: 'generating' }), undefined);
const fold = (...chunks: [claim: number, offset: number, text: string][]): OpenReply =>
  chunks.reduce(
    (known, [claim, offset, text]) => applyChunk(known, { claim, offset, text }),
    fresh,
  );

describe('composing', () => {
  test.each([
    ['offset 0 begins', [[50, 0, 'Hello']], 'Hello'],
    [
      'the length appends',
      [
        [50, 0, 'Hello'],
        [50, 5, ' you'],
      ],
      'Hello you',
    ],
    [
      'less cuts there and appends',
      [
        [50, 0, 'Hello'],
        [50, 4, ' no'],
      ],
      'Hell no',
    ],
    [
      'beyond is ignored',
      [
        [50, 0, 'Hello'],
        [50, 6, '!'],
      ],
      'Hello',
    ],
    [
      'offset 0 again replaces',
      [
        [50, 0, 'Hello'],
        [50, 0, 'Bye'],
      ],
      'Bye',
    ],
    ['in the middle of an unknown text waits', [[50, 7, 'there']], ''],
    [
      'a new claim at 0 replaces',
      [
        [50, 0, 'Hello'],
        [60, 0, 'Again'],
      ],
      'Again',
    ],
    [
      'a new claim in the middle clears and waits',
      [
        [50, 0, 'Hello'],
        [60, 3, 'x'],
        [60, 4, 'y'],
      ],
      '',
    ],
    [
      'and goes on from its 0',
      [
        [50, 0, 'Hello'],
        [60, 3, 'x'],
        [60, 0, 'Full'],
        [60, 4, '!'],
      ],
      'Full!',
    ],
    [
      'an earlier claim is ignored',
      [
        [60, 0, 'New'],
        [50, 3, ' old'],
      ],
      'New',
    ],
  ] as const)('%s', (_, chunks, text) => {
    expect(fold(...(chunks as never as [number, number, string][])).text).toBe(text);
  });

  test('any pieces of a text, some of them repeated, compose it once the whole was covered', () => {
    const piece = fc.record({ from: fc.nat(40), length: fc.nat(12) });
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.array(piece), (text, pieces) => {
        let known = applyChunk(fresh, { claim: 50, offset: 0, text: '' });
        for (const { from, length } of pieces) {
          known = applyChunk(known, {
            claim: 50,
            offset: from,
            text: text.slice(from, from + length),
          });
          if (from <= text.length) expect(text.startsWith(known.text)).toBe(true);
        }
        known = applyChunk(known, {
          claim: 50,
          offset: known.text.length,
          text: text.slice(known.text.length),
        });
        expect(known.text).toBe(text);
      }),
    );
  });
});

test('from question to settled: asked, written, restarted, done', async () => {
  const h = harness();
  const socket = await h.live();
  socket.say(
    posted(11, { id: uuid(899), asks: [{ model: 'gpt-4o', reply_id: uuid(900) }] }),
    started(12),
    chunk(12, 0, 'Hel'),
    started(13, 2),
    chunk(13, 0, 'Hi'),
    chunk(13, 2, '!'),
    settled(14, 13, 'Hi!'),
  );
  expect(
    h.events('reply').map(({ reply, restarted }) => [reply.status, reply.text, restarted]),
  ).toEqual([
    ['asked', '', false],
    ['generating', '', false],
    ['generating', 'Hel', false],
    ['generating', '', true],
    ['generating', 'Hi', false],
    ['generating', 'Hi!', false],
  ]);
  expect(h.events('settled').map(({ message }) => message.content)).toEqual(['Hi!']);
  expect(h.events('message').map(({ message }) => message.seq)).toEqual([11, 14]);
  expect(h.client.rooms.get(ROOM)?.replies.size).toBe(0);
});

test('an answer that settled while away ends by its row, and does not open again', async () => {
  const h = harness();
  (await h.live(ready({ replies: [reply({ claim: 5, status: 'generating' })] }))).cut();
  const socket = await h.authenticate();
  socket.say(ready({ replies: [reply({ claim: 5, status: 'generating' })] }));
  socket.say(syncState({ messages: [answer(20, 5, 'Done.')] }), syncDone(20));
  socket.say(ready({ replies: [reply({ claim: 5, status: 'generating' })] }), chunk(5, 0, 'Do'));
  expect(h.client.rooms.get(ROOM)?.replies.size).toBe(0);
  expect(h.events('settled').map(({ replyId }) => replyId)).toEqual([uuid(900)]);
});
