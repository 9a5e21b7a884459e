import type { LogRecord } from '@parley/ports';

/** How much one transaction may carry. */
export interface SliceLimits {
  readonly records: number;
  /** Of record values. One record above it is a slice of its own. */
  readonly bytes: number;
}

/** Cuts a run of records into pieces that one transaction can carry, in order. */
export function* slices(
  records: readonly LogRecord[],
  limits: SliceLimits,
): Generator<readonly LogRecord[]> {
  let slice: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const full = slice.length >= limits.records || bytes + record.value.length > limits.bytes;
    if (full && slice.length > 0) {
      yield slice;
      slice = [];
      bytes = 0;
    }
    slice.push(record);
    bytes += record.value.length;
  }
  if (slice.length > 0) yield slice;
}
