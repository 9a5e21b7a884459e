import type { Topic } from '@parley/contracts';
import { backoffMs, Continuity, type Gap } from '@parley/domain';
import {
  sleep,
  within,
  type Clock,
  type LogIdentity,
  type Logger,
  type LogRecord,
  type Metrics,
  type ProjectionStore,
  type Random,
} from '@parley/ports';
import { AnotherLog, type Fold, type Folded } from './fold.js';
import { slices, type SliceLimits } from './slices.js';
import type { StoreHealth } from './store-health.js';

/** What one transaction carries at most: enough to be fast, little enough to be repeated. */
const SLICE: SliceLimits = { records: 500, bytes: 8_000_000 };
/** How long a call of the store may take until its outcome counts as unknown. The store's own deadlines are shorter. */
const STORE_DEADLINE_MS = 30_000;
/** Failures in a row, with a store that answers, after which the records themselves are suspected. */
const SUSPICIOUS_FAILURES = 5;

export interface WriterOptions {
  readonly topic: Topic;
  readonly partition: number;
  readonly identity: LogIdentity;
  readonly store: ProjectionStore;
  readonly fold: Fold;
  readonly clock: Clock;
  readonly random: Pick<Random, 'fraction'> | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: StoreHealth;
  /** Continue reading at this offset. */
  readonly seek: (offset: number) => void;
  /** Aborted when the partition is lost or the service stops: nothing new is begun. */
  readonly signal: AbortSignal;
}

/**
 * Writes one partition, each batch in one transaction that only happens where the store stands at the batch's first
 * offset. Whenever the outcome is not plainly "committed" it knows nothing any more: it forgets its states, asks the
 * store where it stands, and reads on from there. So two writers of one partition, or a lost answer to a commit, can
 * neither double nor skip a record.
 */
export class PartitionWriter {
  private readonly continuity = new Continuity();
  private readonly name: string;
  /** Calls of the store that failed, in a row. */
  private failures = 0;
  /** Batches that failed, in a row, with a store that had answered just before. */
  private refusals = 0;
  /** Where the store stands and which offset comes next (they differ over a hole); `undefined`: ask the store. */
  private place: { stored: number; next: number } | undefined;
  private writing = false;

  constructor(private readonly options: WriterOptions) {
    this.name = `${options.topic}/${options.partition}`;
  }

  /** Asks where to begin until the store answers. After the signal: any answer, nothing will be read. */
  async begin(): Promise<number> {
    while (!this.options.signal.aborted) {
      const stored = await this.locate();
      if (stored !== undefined) {
        this.options.health.settled(this.name);
        return stored;
      }
      await this.pause();
    }
    return 0;
  }

  /** Where the store should stand; `undefined` while records are being written, or while that is not known. */
  get rest(): number | undefined {
    return this.writing ? undefined : this.place?.stored;
  }

  /** The store was found elsewhere while nothing was being written: it went back, or another wrote. Reads on from there. */
  moved(stored: number): void {
    this.lose();
    this.place = { stored, next: stored };
    this.options.seek(stored);
  }

  /** Ends before everything is written if the store does not answer: then the rest will be read again. */
  async take(records: readonly LogRecord[]): Promise<void> {
    this.writing = true;
    try {
      await this.write(records);
    } finally {
      this.writing = false;
    }
  }

  private async write(records: readonly LogRecord[]): Promise<void> {
    if (this.options.signal.aborted) return;
    const place = this.place;
    if (place === undefined) return this.relocate(records);
    for (;;) {
      const { run, gap } = this.continuity.follow(place.next, records);
      for (const slice of slices(run, SLICE)) {
        if (this.options.signal.aborted || !(await this.commit(place, slice))) return;
      }
      if (gap === undefined) return;
      this.meet(gap);
      if (!gap.real) return this.options.seek(gap.expected);
      place.next = gap.found;
    }
  }

  private async commit(
    place: { stored: number; next: number },
    slice: readonly LogRecord[],
  ): Promise<boolean> {
    const { topic, partition, identity, store, fold, clock, metrics } = this.options;
    const last = slice.at(-1);
    if (last === undefined) return true;
    const to = last.offset + 1;
    try {
      const folding = fold.fold(slice, place.stored);
      const folded = await within(clock, STORE_DEADLINE_MS, 'fold', folding);
      if (folded === 'fenced') return await this.fenced(slice);
      const committing = store.commit({
        topic,
        partition,
        epoch: identity.epoch,
        from: place.stored,
        to,
        at: last.at,
        ...folded,
      });
      const outcome = await within(clock, STORE_DEADLINE_MS, 'commit', committing);
      if (outcome === 'fenced') return await this.fenced(slice);
      fold.written();
      this.report(folded);
    } catch (error) {
      if (error instanceof AnotherLog) throw error;
      await this.fail(place.next, error);
      return false;
    }
    place.stored = to;
    place.next = to;
    this.failures = 0;
    this.refusals = 0;
    this.options.health.settled(this.name);
    const seconds = Math.max(0, clock.now() - last.at) / 1000;
    metrics.observe('parley_stage_seconds', seconds, { stage: 'project' });
    metrics.count('parley_projected_records_total', slice.length);
    return true;
  }

  /** The store stands elsewhere: nothing was written. */
  private async fenced(slice: readonly LogRecord[]): Promise<false> {
    this.options.metrics.count('parley_projection_fenced_total');
    this.lose();
    await this.relocate(slice);
    return false;
  }

  /** Read again from where the store is found to stand, or, if it does not say, from the first of these records. */
  private async relocate(records: readonly LogRecord[]): Promise<void> {
    const stored = await this.locate();
    if (this.options.signal.aborted) return;
    if (stored === undefined) await this.pause();
    const from = stored ?? records[0]?.offset;
    if (from !== undefined) this.options.seek(from);
  }

  private async locate(): Promise<number | undefined> {
    const { store, topic, partition, clock } = this.options;
    try {
      const positions = await within(clock, STORE_DEADLINE_MS, 'positions', store.positions(topic));
      const stored = positions[partition];
      if (stored === undefined) throw new Error(`the store has no position of ${this.name}`);
      this.place = { stored, next: stored };
      return stored;
    } catch (error) {
      this.options.health.failed(this.name, error);
      return undefined;
    }
  }

  private lose(): void {
    this.place = undefined;
    this.options.fold.forget();
  }

  private async fail(next: number, error: unknown): Promise<void> {
    this.lose();
    this.options.health.failed(this.name, error);
    this.refusals += 1;
    if (this.refusals === SUSPICIOUS_FAILURES) {
      this.options.logger.error(
        { partition: this.name, offset: next, err: error },
        'the same records fail again and again: nothing of this partition is projected until they can be written',
      );
    }
    await this.pause();
    // Handled again at once, so that one handler never lasts as long as an outage: the log's client wants it back.
    if (!this.options.signal.aborted) this.options.seek(next);
  }

  private async pause(): Promise<void> {
    const { clock, random, signal } = this.options;
    this.failures += 1;
    await sleep(clock, backoffMs(this.failures, random?.fraction() ?? 0), signal);
  }

  private report({ deadLetters, verdicts }: Folded): void {
    const { logger, metrics } = this.options;
    for (const { reason, offset } of deadLetters) {
      metrics.count('parley_dead_letters_total');
      logger.warn({ partition: this.name, offset, reason }, 'dead letter');
    }
    for (const { reason } of verdicts) {
      if (reason !== null) metrics.count('parley_void_events_total', 1, { reason });
    }
  }

  private meet(gap: Gap): void {
    const { logger, metrics } = this.options;
    const fields = { partition: this.name, expected: gap.expected, found: gap.found };
    if (!gap.real) {
      logger.warn(fields, 'offsets do not follow each other: reading again');
      return;
    }
    metrics.count('parley_log_gaps_total');
    logger.error(fields, 'offsets are missing from the log: passed over');
  }
}
