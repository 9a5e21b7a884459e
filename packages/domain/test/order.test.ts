import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { aLog, fold, someRetries, withRetries } from './any-log.js';

test('order counts applied posts and settlements 1, 2, 3 … without a hole', () => {
  fc.assert(
    fc.property(aLog, someRetries, (log, retries) => {
      const noisy = withRetries(log, retries);
      const { room, outcomes } = fold(noisy);
      const counted = noisy.flatMap(({ event }, n) => {
        const counts = event.type === 'message.posted' || event.type === 'reply.settled';
        const outcome = outcomes[n];
        if (!counts || outcome?.reason !== null) {
          expect(outcome?.order).toBeNull();
          return [];
        }
        return [outcome.order];
      });
      expect(counted).toEqual(counted.map((_, n) => n + 1));
      expect(room.last_order).toBe(counted.length);
    }),
    { numRuns: 300 },
  );
});

test('last_seq is the seq of the last applied record', () => {
  fc.assert(
    fc.property(aLog, someRetries, (log, retries) => {
      const noisy = withRetries(log, retries);
      const { room, outcomes } = fold(noisy);
      const last = outcomes.findLastIndex(({ reason }) => reason === null);
      expect(room.last_seq).toBe(noisy[last]?.stamp.seq);
    }),
    { numRuns: 200 },
  );
});
