/** Between what bounds waits double, in ms. */
export interface BackoffBounds {
  readonly first: number;
  readonly longest: number;
}

const BOUNDS: BackoffBounds = { first: 50, longest: 2_000 };

/**
 * How long to wait after the `failures`-th failure in a row (from 1), in ms: doubling between the bounds, shortened by up
 * to a half by `fraction` (in [0, 1)), so that those who failed together do not come back together.
 */
export function backoffMs(failures: number, fraction: number, bounds = BOUNDS): number {
  const full = Math.min(
    bounds.longest,
    bounds.first * 2 ** Math.min(Math.max(0, failures - 1), 30),
  );
  return full * (1 - fraction / 2);
}
