/** What a stopped product left in its data folder, read with nothing of the product's own reading code. */
import { ALL_TOPICS, type Topic, type Uuid } from '@parley/contracts';
import { claimDataDir, startPostgres } from '@parley/postgres';
import pg from 'pg';
import type { RecordLine, RowLine, RunLine } from '../checker/history.js';

export interface FinalState {
  readonly run: RunLine;
  readonly records: RecordLine[];
  readonly rows: RowLine[];
  /** Records that no reader could decode. */
  readonly deadLetters: number;
}

/** Columns that the store adds for itself. */
const OWN_COLUMNS = new Set(['active_at', 'content_at', 'removed']);

/** Starts the folder's database, reads it out and stops it. The product must have ended. */
export async function readFinalState(dataDir: string, seed: number): Promise<FinalState> {
  const claim = await claimDataDir(dataDir);
  try {
    const postgres = await startPostgres({ dataDir });
    try {
      return await readOut(postgres.url, seed);
    } finally {
      await postgres.stop();
    }
  } finally {
    await claim.release();
  }
}

async function readOut(url: string, seed: number): Promise<FinalState> {
  const client = new pg.Client({ connectionString: url, types: { getTypeParser } });
  await client.connect();
  const select = async <T extends object>(sql: string): Promise<T[]> =>
    (await client.query<T>(sql)).rows;
  try {
    const [epoch] = await select<{ epoch: number; log_id: Uuid; partitions: number }>(
      'SELECT epoch, log_id, partitions FROM log_epochs ORDER BY epoch DESC LIMIT 1',
    );
    if (epoch === undefined) throw new Error('The database has no log');
    const records = await select<Omit<RecordLine, 'type' | 'value'> & { value: Buffer }>(
      `SELECT topic, partition, "offset", at, key, value FROM log_records
       WHERE epoch = ${epoch.epoch} ORDER BY topic, partition, "offset"`,
    );
    const [dead] = await select<{ count: number }>('SELECT count(*) FROM dead_letters');
    return {
      run: { type: 'run', seed, ...epoch },
      records: records.filter(({ topic }) => isTopic(topic)).map(asRecord),
      rows: [
        ...rowsOf('rooms', await select('SELECT * FROM rooms')),
        ...rowsOf('members', await select('SELECT * FROM members')),
        ...rowsOf('messages', await select('SELECT * FROM messages')),
        ...rowsOf('replies', await select('SELECT * FROM replies')),
        ...rowsOf(
          'reactions',
          await select(
            'SELECT room_id, message_id, user_id, emoji FROM reactions WHERE NOT removed',
          ),
        ),
      ],
      deadLetters: dead?.count ?? 0,
    };
  } finally {
    await client.end();
  }
}

const isTopic = (topic: string): topic is Topic =>
  (ALL_TOPICS as readonly string[]).includes(topic);

function asRecord(row: Omit<RecordLine, 'type' | 'value'> & { value: Buffer }): RecordLine {
  return { type: 'record', ...row, value: row.value.toString('utf8') };
}

function rowsOf(table: RowLine['table'], rows: object[]): RowLine[] {
  return rows.map((row) => {
    const own = Object.entries(row).filter(([column]) => !OWN_COLUMNS.has(column));
    return { type: 'row', table, row: Object.fromEntries(own) } as unknown as RowLine;
  });
}

const INT8 = 20;

/** All our bigints are safe integers: positions, and times in ms. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === INT8 ? Number : (pg.types.getTypeParser(oid, format) as never);
}
