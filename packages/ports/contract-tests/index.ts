/** The promises that every implementation of a port keeps. */
export { eventLogContract, type LogHarness } from './event-log.js';
export * from './presence-store.js';
export { projectionContract, type ProjectionHarness } from './projection.js';
export * from './rate-limiter.js';
export { sessionStoreContract, type SessionHarness } from './session-store.js';
export * from './signals.js';
export { userStoreContract, type UserHarness } from './user-store.js';
