import { expect, test } from '@jest/globals';
import { EventFrame } from '@parley/contracts';
import * as fc from 'fast-check';
import { eventFrame, iso } from '../src/index.js';
import { aLog, fold } from './any-log.js';
import { Story, ann, cid } from './story.js';

test('the frame of every applied event is one that clients know, and says what the record said', () => {
  fc.assert(
    fc.property(aLog, (log) => {
      for (const [n, outcome] of fold(log).outcomes.entries()) {
        const record = log[n];
        if (outcome.reason !== null || record === undefined) continue;
        const { event, stamp } = record;
        const frame = EventFrame.parse(
          JSON.parse(eventFrame(JSON.stringify(event), event, stamp, outcome)),
        );
        const asked = event.type === 'message.posted' && event.asks !== undefined;
        expect(frame).toMatchObject({
          ...event,
          ...(asked ? { asks: outcome.asks } : {}),
          seq: stamp.seq,
          at: iso(stamp.at),
        });
        if (frame.type === 'message.posted') {
          expect(frame).toMatchObject({ order: outcome.order, sender_id: event.by });
        }
        if (frame.type === 'reply.settled') {
          const { seq, order, content, message_id } = frame;
          expect(frame.message).toMatchObject({
            id: message_id,
            seq,
            order,
            content,
            sender: 'ai',
          });
        }
      }
    }),
    { numRuns: 60 },
  );
});

const story = new Story().group();
story.post(cid);
const { event, stamp, outcome } = story.last;

test('the stored text is kept as it is, with the keys of newer nodes', () => {
  const text = JSON.stringify({ ...event, later: { a: 1 } });
  const frame = eventFrame(text, event, stamp, outcome);
  expect(frame.startsWith(text.slice(0, -1))).toBe(true);
  expect(JSON.parse(frame)).toMatchObject({ later: { a: 1 }, seq: stamp.seq });
});

test('what a foreign writer put under our names does not count', () => {
  const text = JSON.stringify({ ...event, seq: 1, at: 'never', order: 99, sender_id: ann });
  expect(JSON.parse(eventFrame(text, event, stamp, outcome))).toMatchObject({
    seq: stamp.seq,
    at: iso(stamp.at),
    order: 1,
    sender_id: cid,
  });
});

test('space behind the stored text does no harm', () => {
  const frame = eventFrame(`${JSON.stringify(event)} \n`, event, stamp, outcome);
  expect(EventFrame.parse(JSON.parse(frame))).toMatchObject({ id: event.id, seq: stamp.seq });
});

test('asks that the room dropped are not shown', () => {
  const off = new Story().group({ mode: 'off' });
  off.ask(cid);
  const told = off.last;
  const frame: unknown = JSON.parse(
    eventFrame(JSON.stringify(told.event), told.event, told.stamp, told.outcome),
  );
  expect(frame).toMatchObject({ id: told.event.id, asks: [], order: 1 });
  expect(told.event).toMatchObject({ asks: [{ model: 'gpt-4o' }] });
});
