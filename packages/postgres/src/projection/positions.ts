import type { Topic } from '@parley/contracts';
import type { LogIdentity } from '@parley/ports';
import { type Connection, type Pool, query } from '../pool.js';

/** Where the projection of a topic stands, per partition; 0 where it has not begun. */
export interface Positions {
  readonly next: readonly number[];
  /** Append time (Unix ms) of the last record that was projected. */
  readonly at: readonly number[];
}

export async function readPositions(
  on: Pool | Connection,
  identity: LogIdentity,
  topic: Topic,
): Promise<Positions> {
  const rows = await query<{ partition: number; next: number; at: number }>(
    on,
    'SELECT partition, next, at FROM log_positions WHERE topic = $1 AND epoch = $2',
    [topic, identity.epoch],
    'positions',
  );
  const byPartition = new Map(rows.map((row) => [row.partition, row]));
  const partitions = Array.from({ length: identity.partitions }, (_, i) => byPartition.get(i));
  return {
    next: partitions.map((row) => row?.next ?? 0),
    at: partitions.map((row) => row?.at ?? 0),
  };
}
