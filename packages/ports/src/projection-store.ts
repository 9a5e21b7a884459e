import type { ReadMark, Topic, Uuid } from '@parley/contracts';
import type { DeadLetter, RowChange, VerdictRow } from '@parley/domain';
import type { LoadedRooms } from './room-store.js';

/** Everything that one batch of one partition of room-events changes. */
export interface ProjectionBatch {
  readonly topic: Topic;
  readonly partition: number;
  readonly epoch: number;
  /** The offset that the store must stand at, or nothing of the batch is written. */
  readonly from: number;
  /** The offset that it stands at afterwards. */
  readonly to: number;
  /** In the order of the log. */
  readonly changes: readonly RowChange[];
  readonly verdicts: readonly VerdictRow[];
  readonly deadLetters: readonly DeadLetter[];
  /** Read marks (topic read-marks only); the highest seq of a user and room wins. */
  readonly readMarks: readonly Pick<ReadMark, 'user_id' | 'room_id' | 'seq'>[];
  /** Append time (Unix ms) of the batch's last record: verdicts whose `until` is an hour older are pruned. */
  readonly at: number;
}

/** The write side of the projection. Only the persistence service uses it. */
export interface ProjectionStore {
  /** The next offset per partition that is to be projected. */
  positions(topic: Topic): Promise<readonly number[]>;
  /**
   * The states to fold on with, each at the position of its partition in `projected`: whoever folds from elsewhere must not
   * use them. A room without an event yet is empty.
   */
  loadRooms(roomIds: readonly Uuid[]): Promise<LoadedRooms>;
  /**
   * Writes a batch in one transaction, fenced by its position: `fenced` means that the store stood elsewhere and nothing
   * was written. Throws when the outcome is unknown or the store is away: read the positions again.
   */
  commit(batch: ProjectionBatch): Promise<'committed' | 'fenced'>;
}
