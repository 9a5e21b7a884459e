/** What we need from the world, described by its guarantees. */
export * from './clock.js';
export * from './event-log.js';
export * from './language-model.js';
export * from './presence-store.js';
export * from './projection-store.js';
export * from './projection-watch.js';
export * from './random.js';
export * from './rate-limiter.js';
export * from './room-store.js';
export * from './service.js';
export * from './session-store.js';
export * from './signals.js';
export * from './telemetry.js';
export * from './tokens.js';
export * from './user-store.js';
