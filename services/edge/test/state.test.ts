import { describe, expect, test } from '@jest/globals';
import {
  LIFE,
  type ConnectionAction,
  type ConnectionEvent,
  type ConnectionState,
} from '../src/state.js';

type Answer = readonly [ConnectionState, ConnectionAction];

/** The whole life of a connection, said a second time. */
const EXPECTED: Record<ConnectionState, Record<ConnectionEvent, Answer>> = {
  opening: {
    auth: ['authenticating', 'authenticate'],
    frame: ['opening', 'ask_for_auth'],
    admitted: ['opening', 'ignore'],
    timeout: ['closed', 'time_out'],
    drain: ['closed', 'restart'],
    end: ['closed', 'close'],
    gone: ['closed', 'forget'],
  },
  authenticating: {
    auth: ['authenticating', 'refuse_auth'],
    frame: ['authenticating', 'hold'],
    admitted: ['open', 'release'],
    timeout: ['closed', 'time_out'],
    drain: ['closed', 'restart'],
    end: ['closed', 'close'],
    gone: ['closed', 'forget'],
  },
  open: {
    auth: ['open', 'refuse_auth'],
    frame: ['open', 'handle'],
    admitted: ['open', 'ignore'],
    timeout: ['open', 'ignore'],
    drain: ['draining', 'announce'],
    end: ['closed', 'close'],
    gone: ['closed', 'forget'],
  },
  draining: {
    auth: ['draining', 'refuse_auth'],
    frame: ['draining', 'handle'],
    admitted: ['draining', 'ignore'],
    timeout: ['draining', 'ignore'],
    drain: ['draining', 'ignore'],
    end: ['closed', 'close'],
    gone: ['closed', 'forget'],
  },
  closed: {
    auth: ['closed', 'ignore'],
    frame: ['closed', 'ignore'],
    admitted: ['closed', 'ignore'],
    timeout: ['closed', 'ignore'],
    drain: ['closed', 'ignore'],
    end: ['closed', 'ignore'],
    gone: ['closed', 'forget'],
  },
};

describe.each(Object.entries(EXPECTED))('while %s', (state, answers) => {
  test.each(Object.entries(answers))('%s', (event, [to, action]) => {
    expect(LIFE[state as ConnectionState][event as ConnectionEvent]).toEqual({ to, action });
  });
});

test('nothing leads out of closed', () => {
  expect(Object.values(LIFE.closed).every(({ to }) => to === 'closed')).toBe(true);
});
