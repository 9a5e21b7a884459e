/**
 * The life of one connection.
 *
 * `opening`: accepted, has not said who it is. `authenticating`: its credentials are checked and its rooms gathered.
 * `open`: hears its rooms. `draining`: the same, but told to move. `closed`: nothing more is sent or heard.
 */
export type ConnectionState = 'opening' | 'authenticating' | 'open' | 'draining' | 'closed';

export type ConnectionEvent =
  /** A frame `auth`. */
  | 'auth'
  /** Any other frame. */
  | 'frame'
  /** It was told who it is and what its rooms are. */
  | 'admitted'
  /** The time for authenticating is over. */
  | 'timeout'
  /** The edge goes away. */
  | 'drain'
  /** The edge ends it: refused, revoked, too slow, too many bad frames. */
  | 'end'
  /** The transport is gone. */
  | 'gone';

export type ConnectionAction =
  | 'authenticate'
  /** Answer that `auth` comes first. */
  | 'ask_for_auth'
  /** Answer that it said `auth` before. */
  | 'refuse_auth'
  /** Keep the frame until it is admitted. */
  | 'hold'
  | 'handle'
  /** Handle the frames that were held. */
  | 'release'
  | 'time_out'
  /** Say `draining`. */
  | 'announce'
  /** Close with 1012 at once: nothing is lost here yet. */
  | 'restart'
  | 'close'
  /** Let go of everything that was kept for it. */
  | 'forget'
  | 'ignore';

export interface Step {
  readonly to: ConnectionState;
  readonly action: ConnectionAction;
}

const step = (to: ConnectionState, action: ConnectionAction): Step => ({ to, action });

const ended = { end: step('closed', 'close'), gone: step('closed', 'forget') } as const;

/** Every state's answer to every event. */
export const LIFE: Readonly<Record<ConnectionState, Readonly<Record<ConnectionEvent, Step>>>> = {
  opening: {
    auth: step('authenticating', 'authenticate'),
    frame: step('opening', 'ask_for_auth'),
    admitted: step('opening', 'ignore'),
    timeout: step('closed', 'time_out'),
    drain: step('closed', 'restart'),
    ...ended,
  },
  authenticating: {
    auth: step('authenticating', 'refuse_auth'),
    frame: step('authenticating', 'hold'),
    admitted: step('open', 'release'),
    timeout: step('closed', 'time_out'),
    drain: step('closed', 'restart'),
    ...ended,
  },
  open: {
    auth: step('open', 'refuse_auth'),
    frame: step('open', 'handle'),
    admitted: step('open', 'ignore'),
    timeout: step('open', 'ignore'),
    drain: step('draining', 'announce'),
    ...ended,
  },
  draining: {
    auth: step('draining', 'refuse_auth'),
    frame: step('draining', 'handle'),
    admitted: step('draining', 'ignore'),
    timeout: step('draining', 'ignore'),
    drain: step('draining', 'ignore'),
    ...ended,
  },
  closed: {
    auth: step('closed', 'ignore'),
    frame: step('closed', 'ignore'),
    admitted: step('closed', 'ignore'),
    timeout: step('closed', 'ignore'),
    drain: step('closed', 'ignore'),
    end: step('closed', 'ignore'),
    gone: step('closed', 'forget'),
  },
};
