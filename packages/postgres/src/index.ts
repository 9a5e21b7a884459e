/** The ports kept by PostgreSQL, and a PostgreSQL of our own. */
export * from './embedded/start-postgres.js';
export * from './embedded/claim-data-dir.js';
export { createPool, type Pool, type PoolOptions } from './pool.js';
export { migrate } from './migrations/migrate.js';
export * from './embedded-log.js';
export { createMessageStore } from './message-store.js';
export { createProjectionStore } from './projection-store.js';
export { createRoomStore } from './room-store.js';
export { createSessionStore } from './session-store.js';
export { createUserStore } from './user-store.js';
