/**
 * The life of a connection as a table: for every state and every event, the next state. Pure; what a state *does* is
 * connection.ts.
 *
 *   idle → connecting → authenticating → syncing → live → closed
 *              ↑______________ waiting ______________|
 *
 * A lost connection waits a random part of a range that doubles with each failure (full jitter). A 4401 is answered once
 * with a fresh token; a second one, or any other final close, ends the life.
 */
import { CLOSE, FINAL_CLOSES, type ParleyError } from '@parley/contracts';

export type StateName =
  'idle' | 'connecting' | 'authenticating' | 'syncing' | 'live' | 'waiting' | 'closed';

/** Why a life ended: by its owner (`code` 1000), by a final close, or because no token could be had (`error`). */
export interface CloseReason {
  readonly code: number;
  readonly reason: string;
  readonly error: ParleyError | null;
}

export interface ConnectionState {
  readonly name: StateName;
  /** Connections lost in a row. One that was live for {@link STABLE_MS} begins the count anew. */
  readonly attempt: number;
  /** The server refused the token: the next connection asks for a fresh one, and it is the last try. */
  readonly renew: boolean;
  /** While waiting, in ms. */
  readonly delayMs: number;
  /** What a `draining` asked: the shortest wait after the close, in ms. */
  readonly floorMs: number;
  /** Local Unix ms of becoming live. */
  readonly liveAt: number | null;
  readonly reason: CloseReason | null;
}

export type ConnectionEvent =
  | { readonly type: 'start' }
  | { readonly type: 'opened' }
  | { readonly type: 'authenticated' }
  | { readonly type: 'synced'; readonly at: number }
  | { readonly type: 'draining'; readonly retryAfterMs: number }
  | {
      readonly type: 'lost';
      readonly code: number;
      readonly reason: string;
      readonly at: number;
      readonly fraction: number;
    }
  /** No token. Without `final` it is worth another try. */
  | {
      readonly type: 'refused';
      readonly error: ParleyError | null;
      readonly final: boolean;
      readonly fraction: number;
    }
  | { readonly type: 'due' }
  | { readonly type: 'close' };

type EventName = ConnectionEvent['type'];
type EventOf<T extends EventName> = Extract<ConnectionEvent, { type: T }>;

export interface Backoff {
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
}

/** A connection that was live for less than this counts as a failed one: an edge that dies again and again is not hammered. */
const STABLE_MS = 1000;
/** Shortest waits that a close code asks for, in ms. */
const FLOOR_OF_CODE: Readonly<Record<number, number>> = {
  [CLOSE.tryAgainLater]: 1000,
  [CLOSE.rate]: 5000,
};

export const IDLE: ConnectionState = {
  name: 'idle',
  attempt: 0,
  renew: false,
  delayMs: 0,
  floorMs: 0,
  liveAt: null,
  reason: null,
};

type Step<T extends EventName> = (
  state: ConnectionState,
  event: EventOf<T>,
  backoff: Backoff,
) => ConnectionState;
type Row = { readonly [T in EventName]: Step<T> };

const stay = (state: ConnectionState): ConnectionState => state;
const begin = (): ConnectionState => ({ ...IDLE, name: 'connecting' });
const end = (state: ConnectionState, reason: CloseReason): ConnectionState => ({
  ...IDLE,
  name: 'closed',
  attempt: state.attempt,
  reason,
});
const byOwner: Step<'close'> = (state) =>
  end(state, { code: 1000, reason: 'closed by its owner', error: null });

function wait(
  state: ConnectionState,
  fraction: number,
  backoff: Backoff,
  change: { attempt: number; floorMs: number; renew: boolean },
): ConnectionState {
  const range = Math.min(
    backoff.backoffMaxMs,
    backoff.backoffMs * 2 ** Math.min(change.attempt, 20),
  );
  return {
    ...state,
    name: 'waiting',
    attempt: change.attempt + 1,
    renew: change.renew,
    delayMs: change.floorMs + Math.floor(fraction * range),
    floorMs: 0,
    liveAt: null,
  };
}

const lost: Step<'lost'> = (state, event, backoff) => {
  const { code, reason } = event;
  const unauthenticated = code === CLOSE.unauthenticated;
  if (unauthenticated ? state.renew : FINAL_CLOSES.has(code)) {
    return end(state, { code, reason, error: null });
  }
  const stable = state.liveAt !== null && event.at - state.liveAt >= STABLE_MS;
  return wait(state, event.fraction, backoff, {
    attempt: stable ? 0 : state.attempt,
    floorMs: Math.max(state.floorMs, FLOOR_OF_CODE[code] ?? 0),
    renew: unauthenticated,
  });
};

const refused: Step<'refused'> = (state, event, backoff) =>
  event.final
    ? end(state, { code: CLOSE.unauthenticated, reason: 'no token', error: event.error })
    : wait(state, event.fraction, backoff, {
        attempt: state.attempt,
        floorMs: event.error?.retryAfterMs ?? 0,
        renew: state.renew,
      });

const draining: Step<'draining'> = (state, event) => ({ ...state, floorMs: event.retryAfterMs });

const TABLE: { readonly [S in StateName]: Row } = {
  idle: {
    start: begin,
    opened: stay,
    authenticated: stay,
    synced: stay,
    draining: stay,
    lost: stay,
    refused: stay,
    due: stay,
    close: byOwner,
  },
  connecting: {
    start: stay,
    opened: (state) => ({ ...state, name: 'authenticating' }),
    authenticated: stay,
    synced: stay,
    draining: stay,
    lost,
    refused,
    due: stay,
    close: byOwner,
  },
  authenticating: {
    start: stay,
    opened: stay,
    authenticated: (state) => ({ ...state, name: 'syncing', renew: false }),
    synced: stay,
    draining,
    lost,
    refused: stay,
    due: stay,
    close: byOwner,
  },
  syncing: {
    start: stay,
    opened: stay,
    authenticated: stay,
    synced: (state, event) => ({ ...state, name: 'live', liveAt: event.at }),
    draining,
    lost,
    refused: stay,
    due: stay,
    close: byOwner,
  },
  live: {
    start: stay,
    opened: stay,
    authenticated: stay,
    synced: stay,
    draining,
    lost,
    refused: stay,
    due: stay,
    close: byOwner,
  },
  waiting: {
    start: (state) => ({ ...state, name: 'connecting' }),
    opened: stay,
    authenticated: stay,
    synced: stay,
    draining: stay,
    lost: stay,
    refused: stay,
    due: (state) => ({ ...state, name: 'connecting' }),
    close: byOwner,
  },
  closed: {
    // After a new login the owner may begin again.
    start: begin,
    opened: stay,
    authenticated: stay,
    synced: stay,
    draining: stay,
    lost: stay,
    refused: stay,
    due: stay,
    close: stay,
  },
};

/** The state after an event. An event that means nothing to a state leaves the very same object. */
export function transition(
  state: ConnectionState,
  event: ConnectionEvent,
  backoff: Backoff,
): ConnectionState {
  // The row's step takes exactly this event's type, which the compiler cannot follow through the index.
  const step = TABLE[state.name][event.type] as Step<EventName>;
  return step(state, event, backoff);
}
