import { expect, test } from '@jest/globals';
import { canonicalClientId, isStale, sendPath } from '../src/index.js';
import { DAY, MINUTE, SECOND, START, Story, cid, clientId } from './story.js';

const now = START;
const path = (age: number) => sendPath(clientId(now - age), now);

test.each([
  ['minted now', 0, { path: 'fast', born: now }],
  ['4:59.999 old', 5 * MINUTE - 1, { path: 'fast', born: now - 5 * MINUTE + 1 }],
  ['5 min old', 5 * MINUTE, { path: 'slow', born: now }],
  ['a month old', 30 * DAY, { path: 'slow', born: now }],
  ['30 s ahead', -30 * SECOND, { path: 'fast', born: now + 30 * SECOND }],
  ['more than 30 s ahead', -30 * SECOND - 1, { path: 'slow', born: now }],
  ['24 h ahead', -DAY, { path: 'slow', born: now }],
  ['more than 24 h ahead', -DAY - 1, { path: 'refused' }],
])('an id %s', (_what, age, expected) => {
  expect(path(age)).toEqual(expected);
});

test.each(['order-17', '', '8f14e45f-ceea-467f-a1d6-4d1b1a7a0b2c'])(
  'a key that is no UUIDv7 (%j) is looked up first',
  (key) => {
    expect(sendPath(key, now)).toEqual({ path: 'slow', born: now });
  },
);

test('what was sent on the fast path is never stale on arrival, nor beyond the window when it is slow', () => {
  const story = new Story();
  for (let age = -30 * SECOND; age < 5 * MINUTE; age += 7 * SECOND) {
    const sent = sendPath(clientId(now - age), now);
    if (sent.path !== 'fast') throw new Error('expected the fast path');
    const client_id = clientId(now - age);
    const draft = { type: 'message.posted', by: cid, content: 'x', sender_name: 'Cid' } as const;
    const event = story.draft({ ...draft, client_id }, { born: sent.born });
    // An append gives up after 60 s.
    expect(isStale(event, now)).toBe(false);
    expect(isStale(event, now + 60 * SECOND)).toBe(false);
  }
});

test('spelling does not make another id', () => {
  const key = clientId(now, 0xabcdef);
  expect(canonicalClientId(key.toUpperCase())).toBe(key);
  expect(canonicalClientId('Order-17')).toBe('Order-17');
});
