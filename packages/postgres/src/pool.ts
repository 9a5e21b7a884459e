/** Connections, and how failures of the database look from outside. */
import { ParleyError } from '@parley/contracts';
import type { Logger } from '@parley/ports';
import pg from 'pg';

export type Pool = pg.Pool;
export type Connection = pg.PoolClient;

export interface PoolOptions {
  readonly url: string;
  /** The most connections at once; more callers wait. Default 10. */
  readonly max?: number;
  readonly logger?: Logger;
}

/** How long a statement may run on the server before it is cancelled. */
const STATEMENT_MS = 5_000;
/** How long we wait for its answer: a server that was stopped in its tracks cannot cancel. */
const ANSWER_MS = 8_000;
/** A transaction whose owner stands still (a stopped process) must not hold its locks against a successor. */
const IDLE_IN_TRANSACTION_MS = 10_000;
/** For a connection, a free one of the pool included. */
const CONNECT_MS = 5_000;

/** 64-bit integers are positions and Unix times here: safe integers, as numbers. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** A bounded pool in which every wait has a deadline. */
export function createPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 60_000,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    application_name: 'parley',
    types,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => options.logger?.debug({ error }, 'idle database connection lost'));
  return pool;
}

/**
 * Whether a failure says that the database is away, out of means or too slow, as opposed to a statement that can never
 * work. What did not come from the server at all is about the way to it.
 */
export function isAway(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return false;
  if (!(error instanceof pg.DatabaseError)) return error instanceof Error;
  return /^(08|53|57|58|40|25006|55P03|XX)/.test(error.code ?? '08');
}

/** The failure as the ports promise it: `UNAVAILABLE` while the database is away. */
export function atPort(error: unknown): unknown {
  if (error instanceof ParleyError || !isAway(error)) return error;
  return new ParleyError('UNAVAILABLE', 'The database does not answer.', {
    retryAfterMs: 1_000,
    cause: error,
  });
}

/** One statement on any connection. Named ones are planned once per connection. */
export async function query<Row extends pg.QueryResultRow>(
  on: Pool | Connection,
  text: string,
  values: readonly unknown[] = [],
  name?: string,
): Promise<Row[]> {
  try {
    const config = { text, values: [...values], ...(name === undefined ? {} : { name }) };
    return (await on.query<Row>(config)).rows;
  } catch (error) {
    throw atPort(error);
  }
}

/**
 * Runs `work` in one transaction opened by `begin`; rolls back when it throws, and passes on what it threw. A COMMIT that
 * fails is an unknown outcome.
 */
export async function transaction<T>(
  pool: Pool,
  begin: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect().catch((error: unknown) => {
    throw atPort(error);
  });
  let broken: Error | undefined;
  // A connection that breaks between two statements says so here; the next statement fails with it.
  const onError = (error: Error): void => {
    broken = error;
  };
  connection.on('error', onError);
  try {
    await query(connection, begin);
    const result = await work(connection);
    await query(connection, 'COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    connection.off('error', onError);
    connection.release(broken);
  }
}

/** Everything that `work` reads is of one moment. */
export function snapshot<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  return transaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work);
}
