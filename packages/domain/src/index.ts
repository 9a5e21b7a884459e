/** What is true: pure decisions, with time as an argument. No IO, no clock, no randomness. */
export * from './asks.js';
export * from './backoff.js';
export * from './canonical.js';
export * from './chunk-gate.js';
export * from './continuity.js';
export * from './frame.js';
export * from './hosting.js';
export * from './project.js';
export * from './prompt.js';
export * from './record.js';
export * from './reduce.js';
export * from './reply-text.js';
export * from './resources.js';
export * from './room-state.js';
export * from './rows.js';
export * from './sending.js';
export { atLeast } from './ruling.js';
export { isStale, untilOf } from './window.js';
