import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { applyChunk, emptyReplyText } from '../src/index.js';

interface Delta {
  readonly claim: number;
  readonly offset: number;
  readonly text: string;
}

function compose(deltas: readonly Delta[]) {
  const state = emptyReplyText();
  for (const delta of deltas) applyChunk(state, delta);
  return state;
}

/** One answer cut into pieces, its text so far repeated now and then. */
const anAnswer = fc
  .array(fc.record({ text: fc.string({ unit: 'grapheme', minLength: 1 }), repeat: fc.boolean() }), {
    minLength: 1,
  })
  .map((pieces) => {
    const deltas: Delta[] = [];
    let text = '';
    for (const piece of pieces) {
      deltas.push({ claim: 7, offset: text.length, text: piece.text });
      text += piece.text;
      if (piece.repeat) deltas.push({ claim: 7, offset: 0, text });
    }
    return { text, deltas };
  });

test('the chunks of an answer, repeated prefixes among them, compose to its text', () => {
  fc.assert(
    fc.property(anAnswer, ({ text, deltas }) => {
      expect(compose(deltas)).toEqual({ claim: 7, text, complete: true });
    }),
  );
});

test('batches that a producer sent twice compose to the same text', () => {
  fc.assert(
    fc.property(anAnswer, fc.array(fc.integer({ min: 1, max: 5 })), ({ text, deltas }, sizes) => {
      const sent: Delta[] = [];
      let at = 0;
      for (const size of [...sizes, deltas.length]) {
        const batch = deltas.slice(at, at + size);
        at += size;
        sent.push(...batch, ...batch);
      }
      expect(compose(sent).text).toBe(text);
    }),
  );
});

test('whoever begins in the middle waits for the whole text and then goes on with it', () => {
  fc.assert(
    fc.property(anAnswer, fc.nat(), ({ text, deltas }, cut) => {
      const late = deltas.slice(1 + (cut % deltas.length));
      const whole = late.findIndex(({ offset }) => offset === 0);
      const state = compose(late);
      if (whole < 0) expect(state).toMatchObject({ text: '', complete: false });
      else expect(state).toEqual({ claim: 7, text, complete: true });
    }),
  );
});

test('a lost chunk never shows a text with a hole: what lies beyond is ignored', () => {
  fc.assert(
    fc.property(anAnswer, fc.nat(), ({ text, deltas }, lost) => {
      const rest = deltas.filter((_, n) => n !== lost % deltas.length);
      expect(text.startsWith(compose(rest).text)).toBe(true);
    }),
  );
});

test('a new claim begins anew; one that was superseded is ignored', () => {
  const state = emptyReplyText();
  expect(applyChunk(state, { claim: 1, offset: 0, text: 'abc' })).toBe(true);
  expect(applyChunk(state, { claim: 2, offset: 3, text: 'def' })).toBe(true);
  expect(state).toEqual({ claim: 2, text: '', complete: false });
  expect(applyChunk(state, { claim: 2, offset: 0, text: 'x' })).toBe(true);
  expect(applyChunk(state, { claim: 1, offset: 0, text: 'abc' })).toBe(false);
  expect(state).toEqual({ claim: 2, text: 'x', complete: true });
});

test('what changes nothing says so', () => {
  const state = emptyReplyText();
  applyChunk(state, { claim: 1, offset: 0, text: 'abc' });
  expect(applyChunk(state, { claim: 1, offset: 0, text: 'abc' })).toBe(false);
  expect(applyChunk(state, { claim: 1, offset: 2, text: 'c' })).toBe(false);
  expect(applyChunk(state, { claim: 1, offset: 9, text: 'z' })).toBe(false);
  expect(applyChunk(state, { claim: 1, offset: 2, text: 'd' })).toBe(true);
  expect(state.text).toBe('abd');
});
