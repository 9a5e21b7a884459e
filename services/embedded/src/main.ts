/**
 * Embedded mode: every service in one process, over a PostgreSQL of its own and the log in it. The story of a start, leaves
 * first; everything stops in reverse.
 */
import { resolve } from 'node:path';
import { createAiWorker } from '@parley/ai-worker';
import { createPasswords, createTokens } from '@parley/auth-tokens';
import { createEdge, attachWebSockets } from '@parley/edge';
import { createGateway } from '@parley/gateway';
import {
  createMemoryPresenceStore,
  createMemoryRateLimiter,
  createMemorySignals,
} from '@parley/memory';
import { createPersistence } from '@parley/persistence';
import {
  type DataDirClaim,
  DataDirHeld,
  claimDataDir,
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
import {
  ConfigError,
  type Life,
  Refusal,
  createLogger,
  createMetrics,
  createProjectionWatch,
  humanDestination,
  resource,
  runProcess,
  systemClock as clock,
  systemRandom as random,
} from '@parley/runtime';
import { ensureAdmin, ensureDemoAccounts } from './accounts.js';
import { banner } from './banner.js';
import { catchUp } from './catch-up.js';
import {
  type EmbeddedConfig,
  aiWorkerConfig,
  describeSettings,
  edgeConfig,
  gatewayConfig,
  loadConfig,
  rateLimits,
} from './config.js';
import { healthCheck } from './health.js';
import { createHttpServer } from './http-server.js';
import { measureLag } from './lag.js';
import { chooseModel } from './model.js';
import { opsListener } from './ops.js';
import { keptSecret } from './secrets.js';

/** Ctrl-C ends everything within ten seconds. */
const STOP_WITHIN_MS = 9_000;

const USAGE = `Usage: npm start [-- --help]

Starts Parley in one process: a PostgreSQL of its own, the log, REST and WebSocket on one address.
Settings are environment variables:

${describeSettings()}
`;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(USAGE);
    return;
  }
  if (args.length > 0) throw new ConfigError([`unknown argument ${args.join(' ')}`]);
  const config = loadConfig(process.env);
  const logger = createLogger({ service: 'parley', level: config.LOG_LEVEL }, humanDestination());
  await runProcess({ logger, deadlineMs: STOP_WITHIN_MS }, (life) => story(life, config, logger));
}

async function claim(dataDir: string, address: string): Promise<DataDirClaim> {
  try {
    return await claimDataDir(dataDir, { address });
  } catch (error) {
    throw error instanceof DataDirHeld ? new Refusal(error.message) : error;
  }
}

async function story(
  { start, fail }: Life,
  config: EmbeddedConfig,
  logger: ReturnType<typeof createLogger>,
): Promise<void> {
  const dataDir = resolve(config.DATA_DIR);
  await start(
    resource(
      'data-dir',
      () => claim(dataDir, `http://${config.HOST}:${config.PORT}`),
      (claimed) => claimed.release(),
    ),
  );
  const postgres = await start(
    resource(
      'postgres',
      () => startPostgres({ dataDir, logger }),
      (server) => server.stop(),
    ),
  );
  const { value: pool } = await start(
    resource(
      'pool',
      () => createPool({ url: postgres.value.url }),
      (connections) => connections.end(),
    ),
  );
  await migrate(pool);
  const { value: log } = await start(
    resource(
      'log',
      () => openEmbeddedLog({ pool, clock, logger }),
      (opened) => opened.stop(),
    ),
  );

  const metrics = createMetrics();
  const rooms = createRoomStore(pool, log.identity);
  const messages = createMessageStore(pool, log.identity);
  const users = createUserStore(pool);
  const sessions = createSessionStore(pool, clock);
  const passwords = createPasswords();
  const tokens = createTokens({
    secret: config.JWT_SECRET_KEY ?? config.SECRET_KEY ?? (await keptSecret(dataDir, random)),
    accessMinutes: config.JWT_ACCESS_TOKEN_EXPIRE_MINUTES,
    refreshDays: config.JWT_REFRESH_TOKEN_EXPIRE_DAYS,
    clock,
  });
  const presence = createMemoryPresenceStore({ clock });
  const signals = createMemorySignals();
  const limiter = createMemoryRateLimiter(rateLimits(config));
  const model = chooseModel(config, clock);

  const projection = await start(
    createProjectionWatch({ rooms, partitions: log.identity.partitions, clock, logger }),
  );
  const persistence = await start(
    createPersistence({
      log,
      store: createProjectionStore(pool, log.identity),
      clock,
      random,
      logger,
      metrics,
    }),
  );
  persistence.ended.catch((error: unknown) => fail(error, 'the projection cannot go on'));
  const aiWorker = await start(
    createAiWorker(
      { log, rooms, messages, model, projection, clock, random, logger, metrics },
      aiWorkerConfig(config, random.uuid()),
    ),
  );
  aiWorker.ended.catch((error: unknown) => fail(error, 'the AI worker cannot go on'));
  const ports = {
    log,
    rooms,
    messages,
    users,
    sessions,
    tokens,
    passwords,
    presence,
    signals,
    limiter,
    projection,
    clock,
    random,
    logger,
    metrics,
  };
  const edge = await start(
    createEdge(
      ports,
      edgeConfig(config, random.uuid(), (error) => fail(error, 'the edge cannot go on')),
    ),
  );
  const health = healthCheck({ rooms, log, clock });
  const gateway = await start(createGateway({ ...ports, health }, gatewayConfig(config)));

  if (config.ADMIN_EMAIL !== undefined) {
    const admin = { email: config.ADMIN_EMAIL, password: config.ADMIN_PASSWORD };
    await ensureAdmin({ users, passwords, random }, admin);
  }
  const demoAccounts = config.development
    ? await ensureDemoAccounts({ users, passwords, random })
    : [];

  if (config.OPS_PORT !== 0) {
    const ops = opsListener({
      metrics: async () => {
        await measureLag(log, metrics);
        return { type: metrics.registry.contentType, text: await metrics.registry.metrics() };
      },
      ready: async () => edge.fault === undefined && (await health()).status === 'ok',
    });
    await start(createHttpServer('ops', ops, { host: config.HOST, port: config.OPS_PORT }));
  }
  const gatewayPart = gatewayConfig(config);
  const web = createHttpServer('http', gateway.app, { host: config.HOST, port: config.PORT }, () =>
    edge.drain(),
  );
  attachWebSockets(web.server, edge, {
    allowedOrigins: gatewayPart.origins,
    trustProxy: config.TRUST_PROXY,
    logger,
  });
  if (!(await catchUp(log, projection))) logger.warn({}, 'the projection is still catching up');
  await start(web);
  process.stdout.write(banner({ url: web.url, dataDir, model: model.name, demoAccounts }));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
