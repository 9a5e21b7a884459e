/** What stands in for the log and the database keeps the promises that the real ones keep. */
import { eventLogContract, projectionContract } from '@parley/ports/contract-tests';
import { Accounts, createUserStore } from '../src/database/accounts.js';
import { Database, FAIR_DATABASE } from '../src/database/database.js';
import { createMessageStore } from '../src/database/message-store.js';
import { createProjectionStore } from '../src/database/projection-store.js';
import { createRoomStore } from '../src/database/room-store.js';
import { Dice } from '../src/dice.js';
import { Broker } from '../src/log/broker.js';
import { FAIR_LOG } from '../src/log/producer.js';
import { Groups, SimLog } from '../src/log/sim-log.js';
import { SimClock } from '../src/sim-clock.js';
import { SimNode } from '../src/sim-node.js';

const identity = { log_id: '00000000-0000-4000-8000-0000000000ff', epoch: 1, partitions: 4 };

/** Time that passes while anybody waits. */
function passing(): { readonly clock: SimClock; stop(): void } {
  const clock = new SimClock(Date.parse('2030-01-01T00:00:00.000Z'));
  let over = false;
  void (async () => {
    while (!over) await clock.run(5);
  })();
  return { clock, stop: () => (over = true) };
}

eventLogContract('the simulated log', async () => {
  const { clock, stop } = passing();
  const broker = new Broker(identity, clock);
  const groups = new Groups(clock, new Dice(1), identity.partitions);
  let lives = 0;
  let node: SimNode | undefined;
  return {
    async open() {
      const name = `process/${(lives += 1)}`;
      node = new SimNode(name, clock, new Dice(1).stream(name), 0);
      return new SimLog(broker, groups, node, clock, { ...FAIR_LOG });
    },
    async crash() {
      node?.crash();
    },
    stop: async () => stop(),
  };
});

projectionContract('the simulated database', async () => {
  const { clock, stop } = passing();
  const database = new Database(clock, new Dice(1), { ...FAIR_DATABASE }, identity);
  const node = new SimNode('reader', clock, new Dice(2), 0);
  const accounts = new Accounts();
  return {
    identity,
    projection: createProjectionStore(database, node),
    rooms: createRoomStore(database, node, (id) => accounts.users.get(id)),
    messages: createMessageStore(database, node),
    users: createUserStore(database, accounts, node),
    stop: async () => stop(),
  };
});
