import { TOPICS } from '@parley/contracts';
import type {
  Clock,
  EventLog,
  Logger,
  Metrics,
  ProjectionStore,
  Random,
  Service,
} from '@parley/ports';
import { ReadMarkFold } from './read-mark-fold.js';
import { RoomFold } from './room-fold.js';
import { ProjectedTopic } from './projected-topic.js';
import { StoreHealth } from './store-health.js';

/** Room states kept per partition. Of a room that is not kept, one row set is loaded with its next batch. */
const CACHED_ROOMS = 1_000;

export interface PersistencePorts {
  readonly log: EventLog;
  readonly store: ProjectionStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For the jitter of retries. Without it there is none. */
  readonly random?: Pick<Random, 'fraction'>;
}

export interface Persistence extends Service {
  /**
   * Resolves when stopped; rejects when projecting broke for good: another log stands behind the topics, or the log's
   * client gave up. The process should end then.
   */
  readonly ended: Promise<void>;
}

/**
 * Projects the log into the store, every record exactly once, while any number of its kind share the partitions. It goes
 * on for ever while the store is away, and no record can stop it: what cannot be read becomes a dead letter in the same
 * transaction that moves past it.
 */
export function createPersistence(ports: PersistencePorts): Persistence {
  const { log, store, clock, logger, metrics, random } = ports;
  const shared = {
    identity: log.identity,
    store,
    clock,
    random,
    logger,
    metrics,
    health: new StoreHealth(logger),
  };
  const topics = [
    new ProjectedTopic(
      log,
      TOPICS.roomEvents,
      () => new RoomFold(log.identity, store, CACHED_ROOMS),
      shared,
    ),
    new ProjectedTopic(log, TOPICS.readMarks, () => new ReadMarkFold(log.identity), shared),
  ];
  const { promise: ended, resolve, reject } = deferred();
  ended.catch((error: unknown) => logger.error({ err: error }, 'projecting broke for good'));

  let stopping: Promise<void> | undefined;
  return {
    name: 'persistence',
    ended,
    async start() {
      const subscriptions = await Promise.all(topics.map((topic) => topic.start()));
      Promise.all(subscriptions.map((subscription) => subscription.ended)).then(
        () => resolve(),
        reject,
      );
    },
    async stop() {
      stopping ??= Promise.all(topics.map((topic) => topic.stop())).then(() => resolve());
      await stopping;
    },
  };
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Promise.withResolvers, which Node 20 lacks. */
function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
