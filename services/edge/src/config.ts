import type { Models } from '@parley/domain';

/** How an edge behaves. Times in ms, sizes in bytes. */
export interface EdgeConfig {
  /** This edge's name among the edges: of its presence lease. */
  readonly edgeId: string;
  /** Raw records kept for rooms that are yet to be hosted, over all partitions. */
  readonly keepRecords: number;
  /** Recent events kept per hosted room, for resume. */
  readonly ringEvents: number;
  /** Above it a socket is spared chunk ticks and typing. */
  readonly softOutboxBytes: number;
  /** Above it a socket is closed, to come back with its seqs. */
  readonly hardOutboxBytes: number;
  /** How long a socket may stay silent after opening. */
  readonly authTimeoutMs: number;
  readonly pingIntervalMs: number;
  /** How long a room stays hosted after its last local connection. */
  readonly hostLingerMs: number;
  /** Between two looks for revoked sessions. */
  readonly sessionPollMs: number;
  /** Over how long a drain spreads its sockets. */
  readonly drainSpreadMs: number;
  /** The longest message, in code points. */
  readonly messageMaxLength: number;
  readonly models: Models;
  /** What clients are told of the limits that the rate limiter keeps. */
  readonly limits: {
    readonly messages_per_window: number;
    readonly window_seconds: number;
    readonly messages_per_second: number;
  };
  /** Something broke that only a new start can mend, such as signs of another log. The process should end. */
  readonly onFatal: (error: unknown) => void;
}

/** What holds unless it is configured. */
export const EDGE_DEFAULTS = {
  keepRecords: 100_000,
  ringEvents: 1_000,
  softOutboxBytes: 64 * 1024,
  hardOutboxBytes: 1024 * 1024,
  authTimeoutMs: 30_000,
  pingIntervalMs: 25_000,
  hostLingerMs: 5 * 60_000,
  sessionPollMs: 500,
  drainSpreadMs: 5_000,
} as const satisfies Partial<EdgeConfig>;
