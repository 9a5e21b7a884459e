/** The life of a connection: what every event does in every state. */
import { describe, expect, test } from '@jest/globals';
import {
  IDLE,
  transition,
  type ConnectionEvent,
  type ConnectionState,
  type StateName,
} from '@parley/client';
import { CLOSE, ParleyError } from '@parley/contracts';

const BACKOFF = { backoffMs: 250, backoffMaxMs: 10_000 };
const in_ = (name: StateName, change: Partial<ConnectionState> = {}): ConnectionState => ({
  ...IDLE,
  name,
  ...change,
});
const lost = (code: number, change: { at?: number; fraction?: number } = {}): ConnectionEvent => ({
  type: 'lost',
  code,
  reason: 'why',
  at: 0,
  fraction: 0.5,
  ...change,
});
const step = (state: ConnectionState, event: ConnectionEvent) => transition(state, event, BACKOFF);

const EVENTS = {
  start: { type: 'start' },
  opened: { type: 'opened' },
  authenticated: { type: 'authenticated' },
  synced: { type: 'synced', at: 5 },
  draining: { type: 'draining', retryAfterMs: 700 },
  lost: lost(1006),
  lostForGood: lost(CLOSE.sessionRevoked),
  unauthenticated: lost(CLOSE.unauthenticated),
  noToken: { type: 'refused', error: null, final: false, fraction: 0.5 },
  noTokenEver: { type: 'refused', error: null, final: true, fraction: 0.5 },
  due: { type: 'due' },
  close: { type: 'close' },
} satisfies Record<string, ConnectionEvent>;

const connected = {
  lost: 'waiting',
  lostForGood: 'closed',
  unauthenticated: 'waiting',
  close: 'closed',
} as const;

/** What each event leads to; an event that is not named leaves the state as it is. */
const TABLE: Record<StateName, Partial<Record<keyof typeof EVENTS, StateName>>> = {
  idle: { start: 'connecting', close: 'closed' },
  connecting: {
    ...connected,
    opened: 'authenticating',
    noToken: 'waiting',
    noTokenEver: 'closed',
  },
  authenticating: { ...connected, authenticated: 'syncing' },
  syncing: { ...connected, synced: 'live' },
  live: { ...connected },
  waiting: { start: 'connecting', due: 'connecting', close: 'closed' },
  closed: { start: 'connecting' },
};

describe.each(Object.entries(TABLE))('%s', (name, row) => {
  test.each(Object.entries(EVENTS))('%s', (event, value) => {
    const expected = row[event as keyof typeof EVENTS] ?? name;
    expect(step(in_(name as StateName), value).name).toBe(expected);
  });
});

test('an event that means nothing to a state leaves the very same object', () => {
  const live = in_('live');
  expect(step(live, EVENTS.opened)).toBe(live);
});

test('the wait is a random part of a range that doubles from 250 ms to 10 s', () => {
  const ranges = [0, 1, 2, 5, 6, 30].map(
    (attempt) => step(in_('connecting', { attempt }), lost(1006, { fraction: 0.999999 })).delayMs,
  );
  expect(ranges).toEqual([249, 499, 999, 7999, 9999, 9999]);
  expect(step(in_('connecting', { attempt: 6 }), lost(1006, { fraction: 0 })).delayMs).toBe(0);
});

test('a connection that was live for a second begins the count anew; a shorter one does not', () => {
  const live = in_('live', { attempt: 4, liveAt: 1000 });
  expect(step(live, lost(1012, { at: 2000 })).attempt).toBe(1);
  expect(step(live, lost(1012, { at: 1999 })).attempt).toBe(5);
});

test('a draining edge says how long to stay away', () => {
  const drained = step(in_('live'), EVENTS.draining);
  const waiting = step(drained, lost(1012, { fraction: 0 }));
  expect(waiting.delayMs).toBe(700);
  expect(step(step(waiting, EVENTS.due), lost(1006, { fraction: 0 })).delayMs).toBe(0);
});

test('"retry later" and "rate" keep their distance', () => {
  expect(step(in_('syncing'), lost(CLOSE.tryAgainLater, { fraction: 0 })).delayMs).toBe(1000);
  expect(step(in_('syncing'), lost(CLOSE.rate, { fraction: 0 })).delayMs).toBe(5000);
});

test('a refused token is renewed once, and authentication makes that good again', () => {
  const first = step(in_('authenticating'), EVENTS.unauthenticated);
  expect(first).toMatchObject({ name: 'waiting', renew: true });
  const again = step(step(first, EVENTS.due), EVENTS.opened);
  expect(step(again, EVENTS.unauthenticated)).toMatchObject({
    name: 'closed',
    reason: { code: CLOSE.unauthenticated },
  });
  const good = step(again, EVENTS.authenticated);
  expect(step(good, EVENTS.unauthenticated)).toMatchObject({ name: 'waiting', renew: true });
});

test.each([CLOSE.forbidden, CLOSE.notFound, CLOSE.sessionRevoked])('%d ends it', (code) => {
  expect(step(in_('live'), lost(code))).toMatchObject({
    name: 'closed',
    reason: { code, reason: 'why' },
  });
});

test('no token for good carries its error; no token for now waits as long as it says', () => {
  const error = new ParleyError('AUTH_FAILED', 'wrong password');
  expect(
    step(in_('connecting'), { type: 'refused', error, final: true, fraction: 0 }),
  ).toMatchObject({ name: 'closed', reason: { error } });
  const busy = new ParleyError('UNAVAILABLE', 'later', { retryAfterMs: 3000 });
  expect(
    step(in_('connecting'), { type: 'refused', error: busy, final: false, fraction: 0 }).delayMs,
  ).toBe(3000);
});
