/** The judge of recorded runs. */
export * from './check.js';
export * from './history.js';
export type { Invariant, Violation } from './violations.js';
