import { partitionOf, TOPICS, type RoomEvent, type Uuid } from '@parley/contracts';
import { backoffMs, encodeRoomEvent, STALE_AFTER_MS, type Judged } from '@parley/domain';
import { sleep, type Clock, type EventLog, type Logger, type Random } from '@parley/ports';
import { aborted } from './aborted.js';

/** An appended record that was not read back by then is appended again: its id makes the second one void. */
const READ_BACK_MS = 10_000;
/** An event older than this is given up: a retry would soon be stale, and the state may ask for something else. */
const GIVE_UP_MS = STALE_AFTER_MS - 2 * 60_000;
const RETRY = { first: 100, longest: 5_000 };

/**
 * Writes events whose author waits for the verdict. Only what the worker's own tail has read back and judged counts: an
 * acknowledged append may be void, and an append of unknown outcome may be in the log.
 */
export class EventWriter {
  private readonly waiting = new Map<Uuid, (judged: Judged) => void>();

  constructor(
    private readonly ports: {
      readonly log: EventLog;
      readonly clock: Clock;
      readonly random: Random;
      readonly logger: Logger;
    },
  ) {}

  /** Every event that the tail judged, in order. */
  hear(judged: Judged): void {
    this.waiting.get(judged.event.id)?.(judged);
  }

  /**
   * The verdict on the event, appended as often as it takes; `undefined`: aborted, or given up after 8 minutes. After an
   * abort no append is begun.
   */
  async submit(event: RoomEvent, signal: AbortSignal): Promise<Judged | undefined> {
    if (signal.aborted) return undefined;
    const { clock, random } = this.ports;
    const record = encodeRoomEvent(event);
    const done = new AbortController();
    const ended = aborted(signal, done.signal);
    const heard = new Promise<Judged>((resolve) => this.waiting.set(event.id, resolve));
    const giveUpAt = clock.now() + GIVE_UP_MS;
    try {
      for (let failures = 0; !signal.aborted && clock.now() < giveUpAt;) {
        const appended = await Promise.race([this.append(event, record), heard, ended]);
        if (appended === undefined) return undefined;
        if (typeof appended === 'object') return appended;
        failures = appended ? 0 : failures + 1;
        const wait = appended ? READ_BACK_MS : backoffMs(failures, random.fraction(), RETRY);
        const late = sleep(clock, wait, done.signal).then(() => 'late' as const);
        const judged = await Promise.race([heard, ended, late]);
        if (judged !== 'late') return judged;
      }
      return undefined;
    } finally {
      this.waiting.delete(event.id);
      done.abort();
    }
  }

  /** False when the outcome is unknown. */
  private async append(
    event: RoomEvent,
    record: { readonly key: string; readonly value: string },
  ): Promise<boolean> {
    const { log, logger } = this.ports;
    const partition = partitionOf(event.room_id, log.identity.partitions);
    try {
      await log.append({ topic: TOPICS.roomEvents, partition, ...record });
      return true;
    } catch (error) {
      const fields = { type: event.type, room_id: event.room_id, err: error };
      logger.warn(fields, 'an append has no outcome: it is repeated with the same id');
      return false;
    }
  }
}
