/**
 * The edge's tail of room-events: from the projection's positions on, so that nothing unprojected is missed, each
 * partition seen through a view that keeps what the projection has not passed and judges what happens in hosted rooms.
 */
import {
  TOPICS,
  epochOf,
  offsetOf,
  partitionOf,
  type RoomEvent,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import { PartitionView, type Judged, type Stamp, type Taken } from '@parley/domain';
import {
  sleep,
  within,
  type Clock,
  type EventLog,
  type Logger,
  type LogRecord,
  type Metrics,
  type ProjectionWatch,
  type RoomStore,
  type Subscription,
} from '@parley/ports';
import { OffsetWaits } from './waits.js';

/** Between two tries to learn where to begin, in ms: from the first to the last. */
const RETRY_MS = { first: 100, last: 2_000 };

/** Told synchronously, in the order of the log. */
export interface TailListener {
  /** An event of a hosted room. */
  judged(judged: Judged): void;
  /** A `+` event of a room that is not hosted, not judged. */
  membership(event: RoomEvent, stamp: Stamp): void;
  /** What was fetched together has been told. */
  batchEnded(partition: number): void;
}

export interface PartitionsPorts {
  readonly log: EventLog;
  readonly rooms: RoomStore;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export class Partitions {
  readonly #ports: PartitionsPorts;
  readonly #keepRecords: number;
  readonly #listener: TailListener;
  readonly #onFatal: (error: unknown) => void;
  readonly #stopped = new AbortController();
  #views: PartitionView[] = [];
  #waits: OffsetWaits[] = [];
  /** The gap that was met last, per partition: met twice, it is real. */
  readonly #gaps = new Map<number, number>();
  readonly #ends = new Map<number, Promise<number>>();
  #holds = 0;
  #subscription: Subscription | undefined;
  #watching: { stop(): void } | undefined;

  constructor(
    ports: PartitionsPorts,
    options: {
      readonly keepRecords: number;
      readonly listener: TailListener;
      readonly onFatal: (error: unknown) => void;
    },
  ) {
    this.#ports = ports;
    this.#keepRecords = options.keepRecords;
    this.#listener = options.listener;
    this.#onFatal = options.onFatal;
  }

  /** Resolves once the tail has begun; waits for the projection to be readable, with backoff. */
  async start(): Promise<void> {
    const { log, projection, clock } = this.#ports;
    const { log_id: logId, epoch, partitions } = log.identity;
    const from = await this.#positions();
    if (from === undefined) return;
    const maxKept = Math.ceil(this.#keepRecords / partitions);
    this.#views = Array.from({ length: partitions }, (_, partition) => {
      return new PartitionView({ partition, logId, epoch, from: from[partition] ?? 0, maxKept });
    });
    this.#waits = this.#views.map(() => new OffsetWaits(clock));
    this.#watching = projection.onChange(() => this.#trim());
    this.#subscription = await log.tail({
      topic: TOPICS.roomEvents,
      from: this.#views.map((view) => view.next),
      onRecords: (partition, records) => this.#take(partition, records),
    });
    this.#subscription.ended.catch(this.#onFatal);
  }

  async #positions(): Promise<readonly number[] | undefined> {
    const { rooms, clock, logger } = this.#ports;
    for (let ms = RETRY_MS.first; !this.#stopped.signal.aborted;) {
      try {
        return await rooms.positions(TOPICS.roomEvents);
      } catch (error) {
        logger.warn({ err: error }, 'the positions of the projection cannot be read yet');
        await sleep(clock, ms, this.#stopped.signal);
        ms = Math.min(ms * 2, RETRY_MS.last);
      }
    }
    return undefined;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#watching?.stop();
    await this.#subscription?.stop();
    for (const waits of this.#waits) waits.stop();
  }

  of(roomId: Uuid): number {
    return partitionOf(roomId, this.#ports.log.identity.partitions);
  }

  /** The view of a partition. Throws RangeError before the start. */
  view(partition: number): PartitionView {
    const view = this.#views[partition];
    if (view === undefined) throw new RangeError(`no view of partition ${partition}`);
    return view;
  }

  views(): readonly PartitionView[] {
    return this.#views;
  }

  /** The seq of the first record that the tail has not read. */
  head(partition: number): Seq {
    const view = this.view(partition);
    return view.seqOf(view.next);
  }

  /** Whether a seq belongs to this log's epoch. */
  isOurs(seq: Seq): boolean {
    return epochOf(seq) === this.#ports.log.identity.epoch;
  }

  /** True once the tail has read what has this seq; false after `ms`. */
  passed(partition: number, seq: Seq, ms: number): Promise<boolean> {
    const offset = offsetOf(seq);
    const waits = this.#waits[partition];
    if (waits === undefined || this.view(partition).next > offset)
      return Promise.resolve(waits !== undefined);
    return waits.wait(offset, ms);
  }

  /** True once the tail has read everything below an offset, such as what rows show; false after `ms`. */
  async hasRead(partition: number, next: number, ms: number): Promise<boolean> {
    if (next === 0) return true;
    return this.passed(partition, this.view(partition).seqOf(next - 1), Math.max(0, ms));
  }

  /** True once the tail has read everything that the log has now; false after `ms`, or if the log does not say. */
  async caughtUp(partition: number, ms: number): Promise<boolean> {
    const { clock, logger } = this.#ports;
    const began = clock.now();
    try {
      const end = await within(clock, ms, "the log's end", this.end(partition));
      const left = began + ms - clock.now();
      return await this.hasRead(partition, end, left);
    } catch (error) {
      logger.warn({ err: error, partition }, "the log's end cannot be had");
      return false;
    }
  }

  /** The log's end; all who ask in the same instant share one request. */
  end(partition: number): Promise<number> {
    const asking = this.#ends.get(partition);
    if (asking !== undefined) return asking;
    const end = Promise.resolve().then(() => {
      this.#ends.delete(partition);
      return this.#ports.log.end(TOPICS.roomEvents, partition);
    });
    this.#ends.set(partition, end);
    return end;
  }

  /**
   * Until the answer is called, kept records are not dropped for having been projected: somebody is reading the
   * projection, at a position that may be older than what the poller says by the time he has read.
   */
  hold(): () => void {
    this.#holds += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#trim();
    };
  }

  #trim(): void {
    if (this.#holds > 0) return;
    const { projected } = this.#ports.projection;
    for (const view of this.#views) {
      const next = projected[view.partition];
      if (next !== undefined && next !== view.projected) view.projectedTo(next);
    }
  }

  #take(partition: number, records: readonly LogRecord[]): void {
    const view = this.view(partition);
    for (const record of records) {
      if (record.offset < view.next) continue;
      if (record.offset > view.next && !this.#passGap(view, record.offset)) break;
      const taken = view.take(record);
      this.#guarded(view, () => this.#tell(view, record, taken));
    }
    this.#guarded(view, () => this.#listener.batchEnded(partition));
    this.#waits[partition]?.passed(view.next);
  }

  /** Whether to go on behind the gap: at the second meeting. At the first the tail is asked to look again. */
  #passGap(view: PartitionView, offset: number): boolean {
    const { logger, metrics } = this.#ports;
    const { partition, next } = view;
    if (this.#gaps.get(partition) === next) {
      logger.error({ partition, from: next, to: offset }, 'passing a hole in the log');
      metrics.count('parley_log_gaps_total');
      view.skipTo(offset);
      return true;
    }
    this.#gaps.set(partition, next);
    // Before the tail has answered, its first batch may be here: then there is nothing to seek yet, and the gap is real.
    if (this.#subscription === undefined) return this.#passGap(view, offset);
    this.#subscription.seek(partition, next);
    return false;
  }

  /** A mistake of ours in telling of one record must not keep the others from being told. */
  #guarded({ partition, next }: PartitionView, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#ports.logger.error({ err: error, partition, next }, 'a record could not be told');
    }
  }

  #tell(view: PartitionView, record: LogRecord, taken: Taken): void {
    const { log, logger, metrics } = this.#ports;
    if (taken.judged !== undefined) this.#listener.judged(taken.judged);
    else if (taken.membership !== undefined) {
      this.#listener.membership(taken.membership, {
        seq: view.seqOf(record.offset),
        at: record.at,
      });
    } else if (taken.genesis !== undefined) {
      const { epoch, log_id } = taken.genesis;
      if (epoch !== log.identity.epoch || log_id !== log.identity.log_id) {
        this.#onFatal(new Error(`Another log: partition ${view.partition} is of epoch ${epoch}.`));
      }
    } else if (taken.foreign === true) {
      metrics.count('parley_void_events_total', 1, { reason: 'foreign_log' });
      logger.warn(
        { partition: view.partition, offset: record.offset },
        'a record of another log was passed',
      );
    }
  }
}
