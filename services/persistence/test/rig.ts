/** A real PostgreSQL and the embedded log over it, for one test file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog, Logger, Metrics, ProjectionStore } from '@parley/ports';
import {
  createPool,
  createProjectionStore,
  migrate,
  openEmbeddedLog,
  startPostgres,
  type Pool,
} from '@parley/postgres';
import { systemClock, systemRandom } from '@parley/runtime';
import { until } from '@parley/testkit';
import { createPersistence, type Persistence } from '../src/index.js';

export const PARTITIONS = 4;

export interface Rig {
  readonly log: EventLog;
  readonly pool: Pool;
  readonly store: ProjectionStore;
  /** What was logged at warn and above. */
  readonly said: { readonly level: 'warn' | 'error'; readonly message: string }[];
  /** A store on connections of its own, which the database knows under this name. */
  storeNamed(name: string): ProjectionStore;
  /** Starts a projection; it is stopped with the rig. */
  project(options?: {
    readonly log?: EventLog;
    readonly store?: ProjectionStore;
  }): Promise<Persistence>;
  /** Resolves when everything appended so far is projected. */
  projected(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRig(): Promise<Rig> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-persistence-'));
  const postgres = await startPostgres({ dataDir });
  await migrate(postgres.url);
  const pool = createPool({ url: postgres.url });
  const pools = [pool];
  const said: { level: 'warn' | 'error'; message: string }[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_fields, message) => void said.push({ level: 'warn', message }),
    error: (_fields, message) => void said.push({ level: 'error', message }),
  };
  const metrics: Metrics = {
    count: () => undefined,
    gauge: () => undefined,
    observe: () => undefined,
  };
  const clock = systemClock;
  const log = await openEmbeddedLog({ pool, clock, logger, partitions: PARTITIONS });
  const store = createProjectionStore(pool, log.identity);
  const running: Persistence[] = [];
  return {
    log,
    pool,
    store,
    said,
    storeNamed: (name) => {
      const url = `${postgres.url}?application_name=${name}`;
      const own = createPool({ url, max: 4 });
      pools.push(own);
      return createProjectionStore(own, log.identity);
    },
    project: async (options = {}) => {
      const ports = { clock, logger, metrics, random: systemRandom };
      const persistence = createPersistence({
        ...ports,
        log: options.log ?? log,
        store: options.store ?? store,
      });
      running.push(persistence);
      await persistence.start();
      return persistence;
    },
    projected: async () => {
      for (const topic of ['chat.room-events.v1', 'chat.read-marks.v1'] as const) {
        const ends = await Promise.all(
          Array.from({ length: PARTITIONS }, (_, partition) => log.end(topic, partition)),
        );
        await until(`the projection of ${topic}`, 20_000, async () => {
          const positions = await store.positions(topic);
          return ends.every((end, partition) => (positions[partition] ?? 0) >= end);
        });
      }
    },
    stop: async () => {
      await Promise.all(running.map((persistence) => persistence.stop()));
      await log.stop();
      await Promise.all(pools.map((one) => one.end()));
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
