/** Decisions of a sync, without IO. */
import { type Seq } from '@parley/contracts';

/** Where a client's `after` stands: `ahead`: this log may have it, our tail has not; `foreign`: of another log. */
export type Place = 'known' | 'ahead' | 'foreign';

/** `head`: the seq that the tail reads next. */
export function placeOf(after: Seq, head: Seq, isOurs: (seq: Seq) => boolean): Place {
  if (!isOurs(after)) return 'foreign';
  return after >= head ? 'ahead' : 'known';
}

/**
 * Where to get what somebody lacks. `reset`: from his own membership's beginning, since he has nothing that could be
 * completed; `ring`: from memory; `rows`: from the projection.
 */
export type Source = 'reset' | 'ring' | 'rows';

export function sourceOf(state: {
  readonly after: Seq;
  /** What he has is of another log. */
  readonly foreign: boolean;
  /** When he became a member: later than `after` means that he left, or was never here, in between. */
  readonly joinedSeq: Seq;
  readonly ringReaches: (after: Seq) => boolean;
}): Source {
  if (state.foreign || state.joinedSeq > state.after) return 'reset';
  return state.ringReaches(state.after) ? 'ring' : 'rows';
}

/** What to do with rows that were read. */
export type RowsVerdict =
  /** Whoever gets them has everything up to `base`; the ring has the rest. */
  | { readonly use: true; readonly base: Seq }
  /** Read again once the projection has this seq. */
  | { readonly use: false; readonly wanted: Seq };

/**
 * Rows are of use if the ring has everything after them, and a reset only if they know of the reader's own membership.
 * `projected`: the seq of the first record that the rows do not show.
 */
export function judgeRows(rows: {
  readonly after: Seq;
  readonly projected: Seq;
  readonly reset: boolean;
  readonly joinedSeq: Seq;
  readonly ringFloor: Seq;
}): RowsVerdict {
  const base = rows.reset ? rows.projected - 1 : Math.max(rows.after, rows.projected - 1);
  if (rows.reset && rows.projected <= rows.joinedSeq) return { use: false, wanted: rows.joinedSeq };
  if (base + 1 < rows.ringFloor) return { use: false, wanted: rows.ringFloor - 1 };
  return { use: true, base };
}
