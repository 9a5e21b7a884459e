import { describe, expect, test } from '@jest/globals';
import { dutyOf, FREE_HANDOVER_MS, type DutyFacts, type InHand } from '../src/duty.js';

const NOW = 1_000_000_000;
const MINE = 100;
const ANOTHERS = 200;

type Reply = DutyFacts['reply'];
const reply = (over: Partial<Reply>): Reply => ({
  status: 'asked',
  claim: null,
  attempt: 0,
  closed: null,
  asked_at: NOW - 1_000,
  ...over,
});
const closed = { reason: 'stopped', by: 'somebody', at: NOW } as const;

const REPLIES = {
  asked: reply({}),
  'asked, closed': reply({ closed }),
  'my claim': reply({ status: 'generating', claim: MINE, attempt: 1 }),
  'my claim, closed': reply({ status: 'generating', claim: MINE, attempt: 1, closed }),
  'another’s claim': reply({ status: 'generating', claim: ANOTHERS, attempt: 1 }),
  'another’s claim, closed': reply({ status: 'generating', claim: ANOTHERS, attempt: 1, closed }),
  settled: reply({ status: 'settled', claim: MINE, attempt: 1 }),
};

const HANDS = {
  nothing: { state: 'nothing' },
  preparing: { state: 'preparing' },
  'writing under my claim': { state: 'writing', claim: MINE },
  settling: { state: 'settling' },
} satisfies Record<string, InHand>;

const nothing = { act: 'nothing' } as const;
const stop = { act: 'settle_stopped' } as const;
const letGo = { act: 'let_go' } as const;
const answer = (attempt: number) => ({ act: 'answer', attempt }) as const;

/** With progress of whoever holds the claim. */
const TABLE: Record<keyof typeof REPLIES, Record<keyof typeof HANDS, ReturnType<typeof dutyOf>>> = {
  asked: {
    nothing: answer(1),
    preparing: nothing,
    'writing under my claim': nothing,
    settling: nothing,
  },
  'asked, closed': {
    nothing: stop,
    preparing: stop,
    'writing under my claim': stop,
    settling: nothing,
  },
  'my claim': {
    nothing: answer(1),
    preparing: nothing,
    'writing under my claim': nothing,
    settling: nothing,
  },
  'my claim, closed': {
    nothing: stop,
    preparing: stop,
    'writing under my claim': stop,
    settling: nothing,
  },
  'another’s claim': {
    nothing: answer(1),
    preparing: nothing,
    'writing under my claim': answer(1),
    settling: nothing,
  },
  'another’s claim, closed': {
    nothing: stop,
    preparing: stop,
    'writing under my claim': stop,
    settling: nothing,
  },
  settled: {
    nothing: nothing,
    preparing: letGo,
    'writing under my claim': letGo,
    settling: nothing,
  },
};

describe.each(Object.keys(TABLE) as (keyof typeof TABLE)[])('%s', (state) => {
  test.each(Object.keys(HANDS) as (keyof typeof HANDS)[])('%s in hand', (hand) => {
    const facts = { reply: REPLIES[state], inHand: HANDS[hand], progress: true };
    expect(dutyOf({ ...facts, maxAttempts: 3, now: NOW })).toEqual(TABLE[state][hand]);
  });
});

describe('taking over', () => {
  const take = (attempt: number, progress: boolean, asked_at = NOW - 1_000) =>
    dutyOf({
      reply: reply({ status: 'generating', claim: ANOTHERS, attempt, asked_at }),
      inHand: HANDS.nothing,
      progress,
      maxAttempts: 3,
      now: NOW,
    });

  test('from an owner that made progress is no attempt, however often', () => {
    expect([1, 2, 3].map((attempt) => take(attempt, true))).toEqual([
      answer(1),
      answer(2),
      answer(3),
    ]);
  });

  test('from an owner that made none is the next attempt, and after the third the end', () => {
    expect([1, 2, 3].map((attempt) => take(attempt, false))).toEqual([
      answer(2),
      answer(3),
      { act: 'fail', attempt: 3 },
    ]);
  });

  test('long after the question counts as an attempt in any case', () => {
    expect(take(1, true, NOW - FREE_HANDOVER_MS - 1)).toEqual(answer(2));
    expect(take(3, true, NOW - FREE_HANDOVER_MS - 1)).toEqual({ act: 'fail', attempt: 3 });
  });
});
