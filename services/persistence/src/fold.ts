import type { DeadReason } from '@parley/contracts';
import type { DeadLetter } from '@parley/domain';
import type { LogRecord, ProjectionBatch } from '@parley/ports';

/** What a run of records changes. */
export type Folded = Pick<ProjectionBatch, 'changes' | 'verdicts' | 'deadLetters' | 'readMarks'>;

/** Turns the records of one partition into changes. It may remember what it folded, until told to forget it. */
export interface Fold {
  /**
   * The changes of the next records, of which the store stands at the first (`stored`). `fenced`: it does not. Throws when the
   * store does not answer. Then, and when fenced, it is to be told to forget.
   */
  fold(records: readonly LogRecord[], stored: number): Promise<Folded | 'fenced'>;
  /** What was folded is written: what is remembered now stands at the partition's position. */
  written(): void;
  /** Written or not, nobody knows: remember nothing. */
  forget(): void;
}

/** A record that cannot be read, kept whole. The copy outlives the buffer that it was fetched in. */
export function deadLetter(record: LogRecord, epoch: number, reason: DeadReason): DeadLetter {
  return {
    topic: record.topic,
    partition: record.partition,
    epoch,
    offset: record.offset,
    reason,
    raw: Uint8Array.from(record.value),
  };
}

/** A genesis record that names another log than the one that was opened: nothing read from here on can be trusted. */
export class AnotherLog extends Error {
  override readonly name = 'AnotherLog';
}
