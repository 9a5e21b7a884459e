/** The promises that every implementation of a port keeps. */
export { eventLogContract, type LogHarness } from './event-log.js';
