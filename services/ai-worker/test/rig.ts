/** The real thing for one test file: PostgreSQL, the embedded log, the projection, and workers with a scripted model. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  EventLog,
  LanguageModel,
  Logger,
  Metrics,
  MessageStore,
  RoomStore,
} from '@parley/ports';
import { createPersistence } from '@parley/persistence';
import {
  createMessageStore,
  createPool,
  createProjectionStore,
  createRoomStore,
  migrate,
  openEmbeddedLog,
  startPostgres,
} from '@parley/postgres';
import { createProjectionWatch, systemClock, systemRandom } from '@parley/runtime';
import { createScriptedModel, type Rehearsal } from '@parley/scripted-model';
import { createAiWorker, type AiWorker, type AiWorkerConfig } from '../src/index.js';
import { Listener } from './listener.js';

const PARTITIONS = 2;

export interface WorkerOptions {
  readonly config?: Partial<AiWorkerConfig>;
  readonly rehearsal?: Rehearsal;
  readonly tokensPerSecond?: number;
  readonly model?: LanguageModel;
  /** The log as this worker sees it. */
  readonly log?: EventLog;
}

export interface Rig {
  readonly log: EventLog;
  readonly rooms: RoomStore;
  readonly messages: MessageStore;
  /** Everything that is in the log, judged. */
  readonly heard: Listener;
  /** Starts a worker; it is stopped with the rig. */
  work(options?: WorkerOptions): Promise<AiWorker>;
  /** Stops the workers of a test. */
  rest(): Promise<void>;
  stop(): Promise<void>;
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const metrics: Metrics = {
  count: () => undefined,
  gauge: () => undefined,
  observe: () => undefined,
};

export async function startRig(): Promise<Rig> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-ai-worker-'));
  const postgres = await startPostgres({ dataDir });
  await migrate(postgres.url);
  const pool = createPool({ url: postgres.url });
  const ports = { clock: systemClock, random: systemRandom, logger: silent, metrics };
  const log = await openEmbeddedLog({ ...ports, pool, partitions: PARTITIONS });
  const rooms = createRoomStore(pool, log.identity);
  const messages = createMessageStore(pool, log.identity);
  const projection = createProjectionWatch({ ...ports, rooms, partitions: PARTITIONS });
  const store = createProjectionStore(pool, log.identity);
  const persistence = createPersistence({ ...ports, log, store });
  await persistence.start();
  await projection.start();
  const heard = await Listener.start(log);

  let workers: AiWorker[] = [];
  const rest = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
  };
  return {
    log,
    rooms,
    messages,
    heard,
    rest,
    work: async (options = {}) => {
      const { rehearsal, tokensPerSecond = 200 } = options;
      const model =
        options.model ??
        createScriptedModel({
          clock: systemClock,
          tokensPerSecond,
          ...(rehearsal === undefined ? {} : { rehearsal }),
        });
      const worker = createAiWorker(
        { ...ports, log: options.log ?? log, rooms, messages, projection, model },
        {
          workerId: `worker-${workers.length + 1}`,
          models: { default: 'gpt-4o', contextBudget: 4_000 },
          ...options.config,
        },
      );
      workers.push(worker);
      await worker.start();
      return worker;
    },
    stop: async () => {
      await rest();
      await heard.stop();
      await projection.stop();
      await persistence.stop();
      await log.stop();
      await pool.end();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
