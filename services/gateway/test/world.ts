/** A gateway on a real port, over a real PostgreSQL with the embedded log in it and a persistence that projects it. */
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPasswords, createTokens } from '@parley/auth-tokens';
import {
  DEFAULT_MESSAGE_MAX_LENGTH,
  partitionOf,
  TOPICS,
  type Health,
  type RoomEvent,
} from '@parley/contracts';
import { encodeRoomEvent } from '@parley/domain';
import { createGateway, type GatewayConfig, type GatewayPorts } from '@parley/gateway';
import {
  createMemoryPresenceStore,
  createMemoryRateLimiter,
  createMemorySignals,
  type RateLimits,
} from '@parley/memory';
import { createPersistence } from '@parley/persistence';
import type { Clock, Logger, Position } from '@parley/ports';
import {
  createMessageStore,
  createPool,
  createProjectionStore,
  createRoomStore,
  createSessionStore,
  createUserStore,
  migrate,
  openEmbeddedLog,
  startPostgres,
} from '@parley/postgres';
import { createMetrics, createProjectionWatch, systemClock, systemRandom } from '@parley/runtime';
import { Client, type Person } from './client.js';

export interface WorldOptions {
  readonly limits?: RateLimits;
  readonly config?: Partial<GatewayConfig>;
}

export interface World {
  readonly url: string;
  readonly ports: GatewayPorts;
  /** What the services logged, as JSON lines. */
  readonly logged: readonly string[];
  /** Nobody in particular. */
  readonly stranger: Client;
  /** A new account, logged in. */
  signUp(name: string): Promise<Person>;
  /** Moves the clock of all services, and the log's, forwards by so many ms. */
  pass(ms: number): Promise<void>;
  /** Appends as another node would. */
  append(event: RoomEvent): Promise<Position>;
  stopProjecting(): Promise<void>;
  startProjecting(): Promise<void>;
  close(): Promise<void>;
}

export const HEALTHY: Health = {
  status: 'ok',
  checks: { database: { status: 'ok' }, redis: { status: 'ok' }, log: { status: 'ok' } },
};
const DEFAULTS: GatewayConfig = {
  development: true,
  allowedHosts: [],
  origins: ['https://web.example.org'],
  trustProxy: 0,
  models: { all: ['gpt-4o', 'gpt-4o-mini'], default: 'gpt-4o' },
  messageMaxLength: DEFAULT_MESSAGE_MAX_LENGTH,
};

/** Starts everything. Close it after the tests; what fails half way closes what was started. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await build(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  options: WorldOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-gateway-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = await startPostgres({ dataDir });
  closers.push(() => postgres.stop());
  const pool = createPool({ url: postgres.url });
  closers.push(() => pool.end());
  await migrate(pool);

  const logged: string[] = [];
  const logger = loggerTo(logged);
  const metrics = createMetrics();
  let shift = 0;
  const clock: Clock = {
    now: () => systemClock.now() + shift,
    after: (ms, task) => systemClock.after(ms, task),
  };
  const log = await openEmbeddedLog({ pool, clock, logger, partitions: 4 });
  closers.push(() => log.stop());
  const { identity } = log;
  const rooms = createRoomStore(pool, identity);
  const { partitions } = identity;
  const projection = createProjectionWatch({ rooms, partitions, clock, logger });
  await projection.start();
  closers.push(() => projection.stop());
  const store = createProjectionStore(pool, identity);
  const persist = () => createPersistence({ log, store, clock, logger, metrics });
  let persistence = persist();
  await persistence.start();
  closers.push(() => persistence.stop());

  const ports: GatewayPorts = {
    log,
    rooms,
    messages: createMessageStore(pool, identity),
    users: createUserStore(pool),
    sessions: createSessionStore(pool, clock),
    tokens: createTokens({ secret: 'x'.repeat(32), accessMinutes: 15, refreshDays: 7, clock }),
    passwords: createPasswords({ memoryCost: 64, timeCost: 1 }),
    presence: createMemoryPresenceStore({ clock }),
    signals: createMemorySignals(),
    limiter: createMemoryRateLimiter(options.limits ?? {}),
    projection,
    clock,
    random: systemRandom,
    logger,
    metrics,
    health: async () => HEALTHY,
  };
  const gateway = await startGateway(ports, options.config);
  closers.push(() => gateway.close());
  const stranger = new Client(gateway.url);

  return {
    url: gateway.url,
    ports,
    logged,
    stranger,
    signUp: (name) => stranger.signUp(name),
    async pass(ms) {
      shift += ms;
      // Append times come from the database's clock but never fall, so this moves them on.
      await pool.query('UPDATE log_heads SET at = greatest(at, $1)', [clock.now()]);
    },
    append: (event) => {
      const partition = partitionOf(event.room_id, partitions);
      return log.append({ topic: TOPICS.roomEvents, partition, ...encodeRoomEvent(event) });
    },
    stopProjecting: () => persistence.stop(),
    async startProjecting() {
      persistence = persist();
      await persistence.start();
    },
    close,
  };
}

/** A gateway that listens on a free port. */
export async function startGateway(
  ports: GatewayPorts,
  config: Partial<GatewayConfig> = {},
): Promise<{ readonly url: string; stop(): Promise<void>; close(): Promise<void> }> {
  const gateway = createGateway(ports, { ...DEFAULTS, ...config });
  const server = createServer(gateway.app);
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => gateway.stop(),
    async close() {
      await gateway.stop();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function loggerTo(lines: string[]): Logger {
  const write = (fields: object, message: string): void => {
    lines.push(JSON.stringify({ ...fields, message }));
  };
  return { debug: write, info: write, warn: write, error: write };
}
