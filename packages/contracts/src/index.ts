/** What is said between clients, services and the log: one vocabulary, validated by the same schemas everywhere. */
export * from './close-codes.js';
export * from './error-codes.js';
export * from './events.js';
export * from './frames.js';
export * from './http.js';
export * from './ids.js';
export * from './limits.js';
export * from './resources.js';
export * from './topics.js';
