/**
 * One poller per process that knows how far the projection has come.
 *
 * While somebody waits it asks every few milliseconds, otherwise a few times a second: R is needed quickly by a REST
 * write, and slowly by an edge that drops what the projection has passed.
 */
import { TOPICS } from '@parley/contracts';
import type { Clock, Logger, ProjectionWatch, RoomStore, Timer } from '@parley/ports';

const WAITED_FOR_MS = 5;
const IDLE_MS = 200;
/** After a failed poll, so that an absent database is not hammered. */
const AWAY_MS = 250;
/** Waits beyond this many are refused (`reached` is false at once): a bound, far above what requests make. */
const MAX_WAITERS = 50_000;

interface Waiter {
  readonly partition: number;
  readonly offset: number;
  readonly settle: (reached: boolean) => void;
}

export function createProjectionWatch(ports: {
  readonly rooms: Pick<RoomStore, 'positions'>;
  readonly partitions: number;
  readonly clock: Clock;
  readonly logger: Logger;
}): ProjectionWatch {
  const { rooms, clock, logger } = ports;
  let projected: readonly number[] = Array.from({ length: ports.partitions }, () => 0);
  let available = false;
  let running = false;
  let polling: Promise<void> | undefined;
  let timer: Timer | undefined;
  const waiters = new Set<Waiter>();
  const listeners = new Set<() => void>();

  const passed = (partition: number, offset: number): boolean =>
    (projected[partition] ?? 0) > offset;

  const schedule = (): void => {
    if (!running) return;
    timer?.cancel();
    const ms = !available ? AWAY_MS : waiters.size > 0 ? WAITED_FOR_MS : IDLE_MS;
    timer = clock.after(ms, () => {
      polling ??= poll();
    });
  };

  const poll = async (): Promise<void> => {
    const before = { projected, available };
    try {
      projected = await rooms.positions(TOPICS.roomEvents);
      available = true;
    } catch (error) {
      available = false;
      if (before.available) logger.warn({ err: error }, 'the projection cannot be read');
    }
    if (available && !before.available) logger.info({}, 'the projection can be read');
    for (const waiter of waiters) {
      if (passed(waiter.partition, waiter.offset)) waiter.settle(true);
    }
    const changed =
      available !== before.available ||
      projected.some((next, partition) => next !== before.projected[partition]);
    if (changed) for (const listener of listeners) listener();
    polling = undefined;
    schedule();
  };

  return {
    name: 'projection-watch',
    get projected() {
      return projected;
    },
    get available() {
      return available;
    },
    async start() {
      running = true;
      polling ??= poll();
      await polling;
    },
    async stop() {
      running = false;
      timer?.cancel();
      for (const waiter of waiters) waiter.settle(false);
      await polling;
    },
    reached(partition, offset, timeoutMs) {
      if (passed(partition, offset)) return Promise.resolve(true);
      if (!running || waiters.size >= MAX_WAITERS) return Promise.resolve(false);
      return new Promise((resolve) => {
        const waiter: Waiter = {
          partition,
          offset,
          settle: (reached) => {
            deadline.cancel();
            waiters.delete(waiter);
            resolve(reached);
          },
        };
        const deadline = clock.after(timeoutMs, () => waiter.settle(false));
        waiters.add(waiter);
        if (waiters.size === 1 && polling === undefined) schedule();
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return { stop: () => void listeners.delete(listener) };
    },
  };
}
