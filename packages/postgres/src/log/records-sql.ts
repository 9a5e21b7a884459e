/** The statements of the embedded log. */
import type { Topic } from '@parley/contracts';
import type { LogIdentity, LogRecord } from '@parley/ports';
import { type Pool, query } from '../pool.js';

/**
 * One statement moves the heads and writes the records, so its row locks order all appends of a partition and offsets
 * become visible in order. All values travel as one binary parameter: arrays of bytea would travel as hexadecimal text.
 */
const INSERT = `
  WITH input AS (
    SELECT * FROM unnest($3::int[], $4::int[], $5::text[], $6::int[], $7::int[])
      AS input(partition, place, key, start, length)
  ), moved AS (
    UPDATE log_heads AS head
    SET next = head.next + added.count,
        at = greatest(head.at, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    FROM (SELECT partition, count(*) AS count FROM input GROUP BY partition) AS added
    WHERE head.epoch = $1 AND head.topic = $2 AND head.partition = added.partition
    RETURNING head.partition, head.next - added.count AS first, head.at
  ), written AS (
    INSERT INTO log_records (epoch, topic, partition, "offset", at, key, value)
    SELECT $1, $2, partition, first + place, at, key,
           substring($8::bytea FROM start + 1 FOR length)
    FROM input JOIN moved USING (partition)
  )
  SELECT partition, first, at FROM moved`;

/** Appends a batch; answers its records in the same order, placed. Throws raw database errors. */
export async function insertRecords(
  pool: Pool,
  epoch: number,
  topic: Topic,
  records: readonly { readonly partition: number; readonly key: string; readonly value: Buffer }[],
): Promise<LogRecord[]> {
  const counts = new Map<number, number>();
  const places: number[] = [];
  const starts: number[] = [];
  let start = 0;
  for (const { partition, value } of records) {
    const place = counts.get(partition) ?? 0;
    counts.set(partition, place + 1);
    places.push(place);
    starts.push(start);
    start += value.byteLength;
  }
  const { rows } = await pool.query<{ partition: number; first: number; at: number }>({
    name: 'log-append',
    text: INSERT,
    values: [
      epoch,
      topic,
      records.map((record) => record.partition),
      places,
      records.map((record) => record.key),
      starts,
      records.map((record) => record.value.byteLength),
      Buffer.concat(records.map((record) => record.value)),
    ],
  });
  const moved = new Map(rows.map((row) => [row.partition, row]));
  return records.map(({ partition, key, value }, i) => {
    const head = moved.get(partition);
    if (head === undefined)
      throw new RangeError(`the log of epoch ${epoch} is gone: this is another database`);
    return {
      topic,
      partition,
      offset: head.first + (places[i] ?? 0),
      at: head.at,
      key,
      value,
    };
  });
}

/** At least one record, and then no more than about a megabyte: records may be large. */
const READ = `
  SELECT "offset", at, key, value
  FROM (
    SELECT *, sum(octet_length(value)) OVER (ORDER BY "offset") - octet_length(value) AS before
    FROM (
      SELECT * FROM log_records
      WHERE epoch = $1 AND topic = $2 AND partition = $3 AND "offset" >= $4 AND "offset" < $5
      ORDER BY "offset" LIMIT $6
    ) AS range
  ) AS measured
  WHERE before < 1048576
  ORDER BY "offset"`;

export async function readRecords(
  pool: Pool,
  epoch: number,
  range: {
    readonly topic: Topic;
    readonly partition: number;
    readonly from: number;
    readonly below: number;
    readonly limit: number;
  },
): Promise<LogRecord[]> {
  const { topic, partition, from, below, limit } = range;
  const rows = await query<{ offset: number; at: number; key: string; value: Buffer }>(
    pool,
    READ,
    [epoch, topic, partition, from, below, limit],
    'log-read',
  );
  return rows.map((row) => ({ topic, partition, ...row }));
}

/** The next offset of each partition. */
export async function readHeads(
  pool: Pool,
  identity: LogIdentity,
  topic: Topic,
): Promise<number[]> {
  const rows = await query<{ partition: number; next: number }>(
    pool,
    'SELECT partition, next FROM log_heads WHERE epoch = $1 AND topic = $2',
    [identity.epoch, topic],
  );
  const heads = new Map(rows.map(({ partition, next }) => [partition, next]));
  return Array.from({ length: identity.partitions }, (_, partition) => {
    const next = heads.get(partition);
    if (next === undefined) throw new RangeError(`the log has no partition ${partition}`);
    return next;
  });
}

/** The append time of one record, in Unix ms. */
export async function readTime(
  pool: Pool,
  epoch: number,
  topic: Topic,
  partition: number,
  offset: number,
): Promise<number | undefined> {
  const [row] = await query<{ at: number }>(
    pool,
    'SELECT at FROM log_records WHERE epoch = $1 AND topic = $2 AND partition = $3 AND "offset" = $4',
    [epoch, topic, partition, offset],
  );
  return row?.at;
}
