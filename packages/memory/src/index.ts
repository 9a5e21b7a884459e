/** The ports kept in the memory of one process. Each is bounded; losing them loses nothing that matters. */
export * from './presence-store.js';
export * from './rate-limiter.js';
export * from './signals.js';
