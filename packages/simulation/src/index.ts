/** The whole system over a simulated log, clock and network. */
export * from './run.js';
export { World, type WorldOptions } from './world.js';
export type { Wraps } from './services.js';
