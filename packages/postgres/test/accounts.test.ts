import { sessionStoreContract, userStoreContract } from '@parley/ports/contract-tests';
import { createSessionStore, createUserStore } from '@parley/postgres';
import { startTestServer, systemClock } from './database.js';

userStoreContract('PostgreSQL', async () => {
  const server = await startTestServer();
  const { pool } = await server.database();
  return { users: createUserStore(pool), stop: () => server.stop() };
});

sessionStoreContract('PostgreSQL', async () => {
  const server = await startTestServer();
  const { pool } = await server.database();
  let now = 1_750_000_000_000;
  return {
    sessions: createSessionStore(pool, { ...systemClock, now: () => now }),
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    stop: () => server.stop(),
  };
});
