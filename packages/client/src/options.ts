/** What a client needs from the world around it. Nothing in the core reads a clock, a timer, dice or the environment. */
import type { ClientFrame, ServerFrame } from '@parley/contracts';

/** Time, owned by whoever runs the client: the system, or a simulation. */
export interface Clock {
  /** Unix time in ms, as this machine believes it. May be hours off: ids are minted from the server's time. */
  now(): number;
  /** Runs `task` once after `ms` (≥ 0) unless cancelled. */
  after(ms: number, task: () => void): Timer;
}

export interface Timer {
  /** Harmless after it fired. */
  cancel(): void;
}

export interface Random {
  /** `n` random bytes. */
  bytes(n: number): Uint8Array;
  /** A number in [0, 1): for jitter. */
  fraction(): number;
}

/**
 * All that the SDK uses of a WebSocket. The SDK sets the four callbacks before anything can happen (in the same turn in
 * which `connect` returned) and clears them when it is done with the socket. After `onclose` nothing is called any more.
 */
export interface WebSocketLike {
  /** Text frames only. May throw when the socket is not open; the SDK then lets the socket go. */
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: (() => void) | null;
  onmessage: ((text: string) => void) | null;
  onclose: ((code: number, reason: string) => void) | null;
  /** `onclose` follows. */
  onerror: ((error: unknown) => void) | null;
}

/**
 * An access token. `fresh` is true when the server has refused the last one: answer a newer one, or reject. A rejection
 * with a retriable `ParleyError`, or with any other error, is tried again; any other `ParleyError` closes the client.
 */
export type TokenSource = (request: { fresh: boolean }) => Promise<string>;

/** Deadlines and pauses in ms. */
export interface Timing {
  /** Shortest and longest range of the backoff between two connections; the wait is a random part of the range. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** For the token and the opening of the socket together. */
  readonly connectMs: number;
  /** For `auth.success` once the socket is open. */
  readonly authMs: number;
  /** After so long without any frame, a `ping` is sent. Browsers hide the protocol's own pings. */
  readonly idleMs: number;
  /** After so long without any frame after that `ping`, the socket counts as dead. */
  readonly pongMs: number;
  /** A send without an answer is sent again, with the same `client_id`. */
  readonly acknowledgeMs: number;
  /** A room's sync without an end is asked for again. */
  readonly syncMs: number;
  /** First pause before a room that is `behind` is synced again; doubles up to `behindMaxMs`. */
  readonly behindMs: number;
  readonly behindMaxMs: number;
}

export const DEFAULT_TIMING: Timing = {
  backoffMs: 250,
  backoffMaxMs: 10_000,
  connectMs: 10_000,
  authMs: 10_000,
  // A half-open socket is found within 25 s: before the edge's next ping would, and long before Cloudflare's 100 s.
  idleMs: 10_000,
  pongMs: 5_000,
  acknowledgeMs: 10_000,
  syncMs: 30_000,
  behindMs: 2_000,
  behindMaxMs: 15_000,
};

export interface ClientOptions {
  /** The native WebSocket, e.g. `ws://127.0.0.1:8000/ws`. */
  readonly url: string;
  /** Base of REST without a trailing slash, e.g. `http://127.0.0.1:8000`. `''` = the page's own origin. */
  readonly http?: string;
  readonly token: TokenSource;
  readonly connect?: (url: string) => WebSocketLike;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly timing?: Partial<Timing>;
  /** Sends that may wait for their acknowledgement; the next one is rejected. Default 1,000. */
  readonly maxPending?: number;
  /**
   * Sends of one room that may be under way at once. The default, 1, is the only value that keeps the order of one's own
   * messages whatever happens: with more, one that was refused or lost is overtaken by those behind it.
   */
  readonly inFlightPerRoom?: number;
  /** Messages kept per room; the oldest are forgotten (and found again by `history`). Default 10,000. */
  readonly maxMessagesPerRoom?: number;
  /** Sees every frame as it was sent or received, before anything is done with it. */
  readonly onFrame?: (
    direction: 'in' | 'out',
    frame: ServerFrame | ClientFrame,
    /** Local Unix ms. */
    at: number,
  ) => void;
  /** A listener of an event threw. Default: the error is thrown again outside, where the platform reports it. */
  readonly onListenerError?: (error: unknown) => void;
}
