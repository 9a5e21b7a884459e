/** How each service is made over simulated ports. The bodies are the real ones. */
import { createAiWorker } from '@parley/ai-worker';
import { createEdge, EDGE_DEFAULTS, type Edge } from '@parley/edge';
import { createGateway, type UseCases } from '@parley/gateway';
import { createMemoryPresenceStore, createMemorySignals } from '@parley/memory';
import { createPersistence } from '@parley/persistence';
import type {
  Clock,
  EventLog,
  LanguageModel,
  Logger,
  MessageStore,
  Metrics,
  PresenceStore,
  ProjectionStore,
  RateLimiter,
  RoomStore,
  SessionStore,
  Signals,
  UserStore,
} from '@parley/ports';
import { createProjectionWatch } from '@parley/runtime';
import {
  createSessionStore,
  createTokens,
  createUserStore,
  type Accounts,
} from './database/accounts.js';
import type { Database } from './database/database.js';
import { createMessageStore } from './database/message-store.js';
import { createProjectionStore } from './database/projection-store.js';
import { createRoomStore } from './database/room-store.js';
import type { Process } from './host.js';
import type { Broker } from './log/broker.js';
import { SimLog, type Groups } from './log/sim-log.js';
import type { SimClock } from './sim-clock.js';
import type { SimNode } from './sim-node.js';
import type { Weather } from './weather.js';

const MODELS = { all: ['gpt-4o', 'gpt-4o-mini'], default: 'gpt-4o' } as const;

/** Replaces ports of a process: planted bugs are made of these. */
export interface Wraps {
  readonly log?: (log: EventLog, node: SimNode) => EventLog;
  readonly rooms?: (rooms: RoomStore, node: SimNode) => RoomStore;
  readonly projection?: (store: ProjectionStore, node: SimNode) => ProjectionStore;
}

/** What all processes of a world share. */
export interface Outside {
  readonly clock: SimClock;
  readonly broker: Broker;
  readonly groups: Groups;
  readonly database: Database;
  readonly accounts: Accounts;
  readonly weather: Weather;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly model: (node: SimNode) => LanguageModel;
  readonly presence: PresenceStore;
  readonly signals: Signals;
  readonly wraps: Wraps;
}

const UNLIMITED: RateLimiter = {
  consume: () => Promise.resolve({ allowed: true, limit: 0, remaining: 1, resetMs: 0 }),
  peek: () => Promise.resolve({ allowed: true, limit: 0, remaining: 1, resetMs: 0 }),
  reset: () => Promise.resolve(),
};

/**
 * The clock of a poller that asks less often than the real one (every 5 ms while somebody waits, else every 200): polls
 * would be most of what a run does, and waiting longer for the projection shows more of what can happen meanwhile.
 */
function patient(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    after: (ms, task) => clock.after(ms <= 5 ? 30 : ms === 200 ? 600 : ms, task),
  };
}

/** The ports of one process. */
function portsOf(outside: Outside, node: SimNode) {
  const { clock, broker, groups, database, accounts, weather, wraps } = outside;
  const simLog = new SimLog(broker, groups, node, clock, weather.log);
  const log = wraps.log?.(simLog, node) ?? simLog;
  const plainRooms = createRoomStore(database, node, (id) => accounts.users.get(id));
  const rooms = wraps.rooms?.(plainRooms, node) ?? plainRooms;
  const messages: MessageStore = createMessageStore(database, node);
  const users: UserStore = createUserStore(database, accounts, node);
  const sessions: SessionStore = createSessionStore(database, accounts, node);
  const { logger, metrics, presence } = outside;
  // The signals outlive this process: nobody there hears them any more once it is dead.
  const signals: Signals = {
    publish: (signal) => outside.signals.publish(signal),
    subscribe: (onSignal) =>
      outside.signals.subscribe((signal) => {
        if (node.alive) onSignal(signal);
      }),
  };
  const projection = createProjectionWatch({
    rooms,
    partitions: broker.identity.partitions,
    clock: patient(node.clock),
    logger,
  });
  return {
    simLog,
    ...{ log, rooms, messages, users, sessions, projection, logger, metrics, presence, signals },
    tokens: createTokens(),
    limiter: UNLIMITED,
    clock: node.clock,
    random: node.dice,
  };
}

export interface RunningEdge {
  readonly edge: Edge;
  readonly log: SimLog;
}

export function makeEdge(
  outside: Outside,
  node: SimNode,
  onFatal: (error: unknown) => void,
): Process<RunningEdge> {
  const { simLog, ...ports } = portsOf(outside, node);
  const sizes = node.dice.stream('sizes');
  const edge = createEdge(ports, {
    ...EDGE_DEFAULTS,
    // Small bounds are met within a run: what was kept is gone, and rows have to do.
    ringEvents: sizes.pick([2, 8, EDGE_DEFAULTS.ringEvents]),
    keepRecords: sizes.pick([20, 200, EDGE_DEFAULTS.keepRecords]),
    hostLingerMs: sizes.pick([1_500, EDGE_DEFAULTS.hostLingerMs]),
    edgeId: node.name,
    messageMaxLength: 8_000,
    models: MODELS,
    limits: { messages_per_window: 0, window_seconds: 60, messages_per_second: 0 },
    onFatal,
  });
  return { node, services: [ports.projection, edge], service: { edge, log: simLog } };
}

export interface RunningPersistence {
  readonly log: SimLog;
}

export function makePersistence(
  outside: Outside,
  node: SimNode,
  onFatal: (error: unknown) => void,
): Process<RunningPersistence> {
  const { simLog, log, clock, random, logger, metrics } = portsOf(outside, node);
  const plain = createProjectionStore(outside.database, node);
  const store = outside.wraps.projection?.(plain, node) ?? plain;
  const persistence = createPersistence({ log, store, clock, random, logger, metrics });
  persistence.ended.catch(onFatal);
  return { node, services: [persistence], service: { log: simLog } };
}

export interface RunningWorker {
  readonly log: SimLog;
}

export function makeAiWorker(
  outside: Outside,
  node: SimNode,
  onFatal: (error: unknown) => void,
): Process<RunningWorker> {
  const { simLog, ...ports } = portsOf(outside, node);
  const worker = createAiWorker(
    { ...ports, model: outside.model(node) },
    { workerId: node.name, models: { ...MODELS, contextBudget: 4_000 } },
  );
  worker.ended.catch(onFatal);
  return { node, services: [ports.projection, worker], service: { log: simLog } };
}

export interface RunningGateway {
  readonly log: SimLog;
  readonly useCases: UseCases;
}

export function makeGateway(outside: Outside, node: SimNode): Process<RunningGateway> {
  const { simLog, ...ports } = portsOf(outside, node);
  const never = (): Promise<never> => Promise.reject(new Error('there is no HTTP here'));
  const gateway = createGateway(
    { ...ports, passwords: { hash: never, verify: never }, health: never },
    {
      development: true,
      allowedHosts: [],
      origins: [],
      trustProxy: 0,
      models: MODELS,
      messageMaxLength: 8_000,
    },
  );
  const service = { log: simLog, useCases: gateway.useCases };
  return { node, services: [ports.projection, gateway], service };
}

/** What all edges share that is not the log: presence and signals, as one machine's memory has them. */
export function makeShared(clock: SimClock) {
  return { presence: createMemoryPresenceStore({ clock }), signals: createMemorySignals() };
}
