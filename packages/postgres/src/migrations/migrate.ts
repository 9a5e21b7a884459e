/** Brings a database to the shape that this code needs. */
import type { Knex } from 'knex';
import pg from 'pg';
import type { Pool } from '../pool.js';
import { accounts } from './0001-accounts.js';
import { log } from './0002-log.js';
import { projection } from './0003-projection.js';

interface Migration {
  readonly name: string;
  up(knex: Knex): Knex.Raw;
}

/** In order; one that was released is never changed. */
const MIGRATIONS: readonly Migration[] = [accounts, log, projection];

/** The session lock that one migration at a time holds: "parley" in ASCII. */
const LOCK = '123666934359417';
/** How long another replica's migration is waited for. */
const WAIT_MS = 120_000;

/**
 * Runs what has not run yet. Any number of processes may call it at once: they take turns, and one that finds nothing to
 * do changes nothing. A database of a newer version is left as it is, so that old and new replicas can overlap.
 */
export async function migrate(database: Pool | string): Promise<void> {
  const url = typeof database === 'string' ? database : database.options.connectionString;
  if (url === undefined) throw new TypeError('migrate needs a pool made by createPool, or a URL');
  const turn = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    statement_timeout: WAIT_MS,
  });
  // Should it break between two statements: the next one fails, which is enough to know.
  turn.on('error', () => undefined);
  await turn.connect();
  try {
    await turn.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await runAll(url);
  } finally {
    await turn.end();
  }
}

async function runAll(url: string): Promise<void> {
  // Of a CommonJS module Node sees the default export alone.
  const { knex } = (await import('knex')).default;
  const database = knex({
    client: 'pg',
    connection: url,
    pool: { min: 0, max: 1 },
    // What it would print is in the error that it throws.
    log: { warn: ignore, error: ignore, deprecate: ignore, debug: ignore },
    migrations: {
      migrationSource: {
        getMigrations: async () => [...MIGRATIONS],
        getMigrationName: (migration: Migration) => migration.name,
        getMigration: async (migration: Migration) => ({
          up: async (knex: Knex): Promise<void> => {
            await migration.up(knex);
          },
          down: async (): Promise<void> => {
            throw new Error('migrations go forward only: restore a backup instead');
          },
        }),
      },
      disableMigrationsListValidation: true,
    },
  });
  try {
    // knex keeps a lock of its own in a table, which a process killed in mid-migration leaves closed for ever. Ours is
    // held by now, so nobody else is inside.
    await database.migrate.forceFreeMigrationsLock();
    await database.migrate.latest();
  } finally {
    await database.destroy();
  }
}

function ignore(): void {
  // Nothing to say.
}
