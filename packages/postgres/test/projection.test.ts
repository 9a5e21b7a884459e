import { projectionContract } from '@parley/ports/contract-tests';
import {
  createMessageStore,
  createProjectionStore,
  createRoomStore,
  createUserStore,
} from '@parley/postgres';
import { startTestServer } from './database.js';

projectionContract('PostgreSQL', async () => {
  const server = await startTestServer();
  const { pool } = await server.database();
  const identity = { log_id: '5eb3cf5a-9d3e-4a55-8a35-52e1c3b1f001', epoch: 3, partitions: 2 };
  return {
    identity,
    projection: createProjectionStore(pool, identity),
    rooms: createRoomStore(pool, identity),
    messages: createMessageStore(pool, identity),
    users: createUserStore(pool),
    stop: () => server.stop(),
  };
});
