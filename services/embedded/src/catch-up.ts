import { TOPICS } from '@parley/contracts';
import type { EventLog, ProjectionWatch } from '@parley/ports';

/** A backlog that takes longer is worked off while people are already served. */
const WITHIN_MS = 10_000;

/**
 * Waits until the projection has what the log had at the start, so that the first history that anybody reads after a kill is
 * whole. False if that took too long.
 */
export async function catchUp(log: EventLog, projection: ProjectionWatch): Promise<boolean> {
  const partitions = Array.from({ length: log.identity.partitions }, (_, partition) => partition);
  const reached = partitions.map(async (partition) => {
    const end = await log.end(TOPICS.roomEvents, partition);
    return end === 0 || projection.reached(partition, end - 1, WITHIN_MS);
  });
  return (await Promise.all(reached)).every(Boolean);
}
