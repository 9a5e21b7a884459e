/** What every event log keeps, whatever it is made of. */
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { EventLog } from '@parley/ports';
import { appendContract } from './event-log-append.js';
import { durabilityContract } from './event-log-durability.js';
import { shareContract } from './event-log-share.js';
import { tailContract } from './event-log-tail.js';

/** One log of at least three partitions, and the power to kill what holds it. */
export interface LogHarness {
  /** Opens the log as a process does when it starts. Called again only after {@link crash}. */
  open(): Promise<EventLog>;
  /**
   * kill -9 of whatever holds the records and of the process that had the log open (for what it was doing there is no
   * answer any more); resolves when the log can be opened again.
   */
  crash(): Promise<void>;
  /** Ends everything. */
  stop(): Promise<void>;
}

/** The log that is open now. */
export type OpenLog = () => EventLog;

export function eventLogContract(name: string, makeHarness: () => Promise<LogHarness>): void {
  describe(`${name} is an event log`, () => {
    let harness: LogHarness;
    let log: EventLog;
    beforeAll(async () => {
      harness = await makeHarness();
      log = await harness.open();
    }, 60_000);
    afterAll(() => harness.stop(), 60_000);

    const open: OpenLog = () => log;
    appendContract(open);
    tailContract(open);
    shareContract(open);
    durabilityContract(open, async () => {
      await harness.crash();
      log = await harness.open();
    });
  });
}
