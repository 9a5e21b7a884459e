/** The REST service: who you are, and everything that is asked and answered once. */
export * from './config.js';
export * from './gateway.js';
export type { GatewayPorts } from './ports.js';
export type { UseCases } from './use-cases/use-cases.js';
export type { Actor } from './use-cases/actor.js';
export type { Written } from './use-cases/write.js';
