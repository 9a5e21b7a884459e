/** What every store of the projection keeps: the write side and both read sides belong together. */
import { afterAll, beforeAll, describe } from '@jest/globals';
import type {
  LogIdentity,
  MessageStore,
  ProjectionStore,
  RoomStore,
  UserStore,
} from '@parley/ports';
import { changesContract } from './projection-changes.js';
import { commitContract } from './projection-commit.js';
import { foldContract } from './projection-fold.js';
import { listsContract } from './projection-lists.js';
import { messagesContract } from './projection-messages.js';
import { roomsContract } from './projection-rooms.js';

/** One empty database. `identity` has at least two partitions. */
export interface ProjectionHarness {
  readonly identity: LogIdentity;
  readonly projection: ProjectionStore;
  readonly rooms: RoomStore;
  readonly messages: MessageStore;
  readonly users: UserStore;
  stop(): Promise<void>;
}

/** The stores under test. */
export type Stores = () => ProjectionHarness;

export function projectionContract(
  name: string,
  makeHarness: () => Promise<ProjectionHarness>,
): void {
  describe(`${name} is a projection`, () => {
    let harness: ProjectionHarness;
    beforeAll(async () => {
      harness = await makeHarness();
    }, 60_000);
    afterAll(() => harness.stop(), 60_000);

    const stores: Stores = () => harness;
    commitContract(stores);
    foldContract(stores);
    roomsContract(stores);
    changesContract(stores);
    listsContract(stores);
    messagesContract(stores);
  });
}
