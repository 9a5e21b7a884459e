/** The write side of the projection. */
import { TOPICS } from '@parley/contracts';
import { emptyRoom } from '@parley/domain';
import type { LogIdentity, ProjectionBatch, ProjectionStore } from '@parley/ports';
import { type Connection, type Pool, query, snapshot, transaction } from './pool.js';
import { BatchRows } from './projection/batch-rows.js';
import { loadRooms } from './projection/load-rooms.js';
import { readPositions } from './projection/positions.js';
import { writeRows } from './projection/write-rows.js';

/** How long after `until` a verdict is still there to be asked for. */
const VERDICT_SLACK_MS = 3_600_000;
/** The most verdicts that one batch prunes, so that catching up stays in small transactions. */
const PRUNED_AT_ONCE = 2_000;

/**
 * Rows and position share a transaction, so losing the last commits in a crash of the database loses both, and the log
 * is read again from there: these commits need not wait for the disk.
 */
const BEGIN = 'BEGIN; SET LOCAL synchronous_commit = off';

class Fenced extends Error {
  override readonly name = 'Fenced';
}

export function createProjectionStore(pool: Pool, identity: LogIdentity): ProjectionStore {
  return {
    positions: async (topic) => (await readPositions(pool, identity, topic)).next,
    loadRooms: async (roomIds) => {
      const loaded = await snapshot(pool, (at) => loadRooms(at, identity, roomIds));
      const rooms = new Map(roomIds.map((id) => [id, loaded.rooms.get(id) ?? emptyRoom(id)]));
      return { projected: loaded.projected, rooms };
    },
    commit: async (batch) => {
      try {
        await transaction(pool, BEGIN, (connection) => commit(connection, batch));
        return 'committed';
      } catch (error) {
        if (error instanceof Fenced) return 'fenced';
        throw error;
      }
    },
  };
}

async function commit(connection: Connection, batch: ProjectionBatch): Promise<void> {
  // First, so that a second owner of the partition waits here and then finds the position moved.
  await movePosition(connection, batch);
  await writeRows(connection, new BatchRows(batch), batch);
  if (batch.topic === TOPICS.roomEvents) await pruneVerdicts(connection, batch);
}

/** By the time of the partition that wrote them: another one may be hours behind and still need its own. */
async function pruneVerdicts(connection: Connection, batch: ProjectionBatch): Promise<void> {
  await query(
    connection,
    `DELETE FROM event_verdicts WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM event_verdicts WHERE partition = $1 AND until < $2 LIMIT $3))`,
    [batch.partition, batch.at - VERDICT_SLACK_MS, PRUNED_AT_ONCE],
    'prune-verdicts',
  );
}

/** The fence: nothing is written unless the store stands where the batch begins. */
async function movePosition(connection: Connection, batch: ProjectionBatch): Promise<void> {
  const { topic, partition, epoch, from, to, at } = batch;
  const moved =
    from === 0
      ? await query(
          connection,
          `INSERT INTO log_positions AS position (topic, partition, epoch, next, at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (topic, partition, epoch) DO UPDATE
           SET next = excluded.next, at = greatest(position.at, excluded.at)
           WHERE position.next = 0
           RETURNING next`,
          [topic, partition, epoch, to, at],
        )
      : await query(
          connection,
          `UPDATE log_positions SET next = $4, at = greatest(at, $5)
           WHERE topic = $1 AND partition = $2 AND epoch = $3 AND next = $6
           RETURNING next`,
          [topic, partition, epoch, to, at, from],
          'move-position',
        );
  if (moved.length === 0) throw new Fenced();
}
