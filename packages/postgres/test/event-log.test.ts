import { eventLogContract } from '@parley/ports/contract-tests';
import { createPool, openEmbeddedLog, type EmbeddedLog, type Pool } from '@parley/postgres';
import { silent, startTestServer, systemClock } from './database.js';
import { until } from './processes.js';

eventLogContract('the log in PostgreSQL', async () => {
  const server = await startTestServer();
  const { url } = await server.database();
  let opened: { log: EmbeddedLog; pool: Pool } | undefined;

  /** The process that had the log open is gone: nothing of it writes again. */
  const abandon = async (): Promise<void> => {
    const before = opened;
    opened = undefined;
    const ended = before?.pool.end();
    await before?.log.stop();
    await ended;
  };
  return {
    open: async () => {
      const pool = createPool({ url });
      const log = await openEmbeddedLog({
        pool,
        clock: systemClock,
        logger: silent,
        partitions: 4,
      });
      opened = { log, pool };
      return log;
    },
    crash: async () => {
      const { pid } = server.postgres;
      process.kill(pid, 'SIGKILL');
      await abandon();
      await until(() => server.postgres.pid !== pid, 'PostgreSQL was started again');
    },
    stop: async () => {
      await abandon();
      await server.stop();
    },
  };
});
