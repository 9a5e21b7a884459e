/** How everything behind the gateway is, in embedded mode. */
import { TOPICS, type Health } from '@parley/contracts';
import { type Clock, type EventLog, type RoomStore, within } from '@parley/ports';

/** A dependency that has not answered by then is down. */
const ANSWER_WITHIN_MS = 1_500;

type Check = Health['checks']['database'];

/** Asks the database and the log, in parallel; never throws. */
export function healthCheck(ports: {
  readonly rooms: Pick<RoomStore, 'positions'>;
  readonly log: Pick<EventLog, 'end'>;
  readonly clock: Clock;
}): () => Promise<Health> {
  const check = async (what: string, work: () => Promise<unknown>): Promise<Check> => {
    try {
      await within(ports.clock, ANSWER_WITHIN_MS, what, work());
      return { status: 'ok' };
    } catch (error) {
      return { status: 'down', detail: error instanceof Error ? error.message : String(error) };
    }
  };
  return async () => {
    const [database, log] = await Promise.all([
      check('database', () => ports.rooms.positions(TOPICS.roomEvents)),
      check('log', () => ports.log.end(TOPICS.roomEvents, 0)),
    ]);
    const ok = database.status === 'ok' && log.status === 'ok';
    return {
      status: ok ? 'ok' : 'degraded',
      checks: { database, redis: { status: 'ok', detail: 'in memory' }, log },
    };
  };
}
