/** What every process does: environment, logs, metrics, and a life with an orderly end. */
export * from './env.js';
export * from './logger.js';
export * from './metrics.js';
export * from './projection-watch.js';
export * from './resource.js';
export * from './run.js';
export * from './settings.js';
export * from './system.js';
