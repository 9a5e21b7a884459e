/** Making the embedded log, or finding it. */
import { TOPICS, type LogEpoch, type Topic } from '@parley/contracts';
import type { LogIdentity } from '@parley/ports';
import { type Connection, type Pool, query, transaction } from '../pool.js';

/** The topics that are kept; the others live in memory. */
export const DURABLE_TOPICS: readonly Topic[] = [TOPICS.roomEvents, TOPICS.readMarks];

/** The transaction lock under which epochs are counted: "epoch" in ASCII. */
const LOCK = '435526132584';

/**
 * The embedded log of this database. It is made once: its epoch is the next number, and each partition of room-events
 * begins with the record that says so. A database whose newest log is elsewhere (in Kafka) gets a new epoch.
 */
export async function openGenesis(pool: Pool, partitions: number): Promise<LogIdentity> {
  return transaction(pool, 'BEGIN', async (connection) => {
    await query(connection, 'SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const [newest] = await query<LogIdentity & { kind: string }>(
      connection,
      'SELECT epoch, log_id, partitions, kind FROM log_epochs ORDER BY epoch DESC LIMIT 1',
    );
    if (newest?.kind === 'embedded') {
      const { epoch, log_id } = newest;
      return { epoch, log_id, partitions: newest.partitions };
    }
    return makeLog(connection, (newest?.epoch ?? 0) + 1, partitions);
  });
}

async function makeLog(
  connection: Connection,
  epoch: number,
  partitions: number,
): Promise<LogIdentity> {
  const now = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
  const [made] = await query<{ log_id: string }>(
    connection,
    `INSERT INTO log_epochs (epoch, log_id, partitions, kind, created_at)
     VALUES ($1, gen_random_uuid(), $2, 'embedded', ${now}) RETURNING log_id`,
    [epoch, partitions],
  );
  if (made === undefined) throw new Error('the epoch was not written');
  const identity: LogIdentity = { log_id: made.log_id, epoch, partitions };
  const genesis: LogEpoch = { v: 1, type: 'log.epoch', ...identity };
  await query(
    connection,
    `WITH heads AS (
       INSERT INTO log_heads (epoch, topic, partition, next, at)
       SELECT $1, topic, partition, CASE WHEN topic = $3 THEN 1 ELSE 0 END, ${now}
       FROM unnest($2::text[]) AS topic, generate_series(0, $4::int - 1) AS partition
       RETURNING topic, partition, at
     )
     INSERT INTO log_records (epoch, topic, partition, "offset", at, key, value)
     SELECT $1, topic, partition, 0, at, '', $5 FROM heads WHERE topic = $3`,
    [epoch, DURABLE_TOPICS, TOPICS.roomEvents, partitions, Buffer.from(JSON.stringify(genesis))],
  );
  return identity;
}
