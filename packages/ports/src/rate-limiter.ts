/** The names of what is limited. */
export type Limit = 'messages' | 'messages-burst' | 'requests' | 'login';

export interface RateVerdict {
  readonly allowed: boolean;
  /** Points per window; 0 = unlimited. */
  readonly limit: number;
  readonly remaining: number;
  /** Until points come back, in ms. */
  readonly resetMs: number;
}

/** Counts points per key within windows; the sizes are configuration. Works (less exactly) when its store is away. */
export interface RateLimiter {
  /** Takes a point. */
  consume(limit: Limit, key: string): Promise<RateVerdict>;
  /** Looks without taking. */
  peek(limit: Limit, key: string): Promise<RateVerdict>;
  /** Gives all points back. */
  reset(limit: Limit, key: string): Promise<void>;
}
