import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ParleyError, TOPICS } from '@parley/contracts';
import {
  createMessageStore,
  createPool,
  createProjectionStore,
  createRoomStore,
  createSessionStore,
  createUserStore,
  type Pool,
} from '@parley/postgres';
import { layCable, type Cable } from './cable.js';
import { startTestServer, systemClock, type TestServer } from './database.js';

const id = '5eb3cf5a-9d3e-4a55-8a35-52e1c3b1f001';
const identity = { log_id: id, epoch: 1, partitions: 2 };

describe('while the database is away', () => {
  let server: TestServer;
  let cable: Cable;
  let pool: Pool;
  beforeAll(async () => {
    server = await startTestServer();
    const { url } = await server.database();
    cable = await layCable(url);
    pool = createPool({ url: cable.url, max: 2 });
  });
  afterAll(async () => {
    await pool.end();
    await cable.close();
    await server.stop();
  });

  const failureOf = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'no failure',
      (error: unknown) => error,
    );
  const unavailable = { code: 'UNAVAILABLE', retriable: true };

  test('every store says UNAVAILABLE, and works again afterwards', async () => {
    const rooms = createRoomStore(pool, identity);
    const empty = { changes: [], verdicts: [], deadLetters: [], readMarks: [] };
    const place = { topic: TOPICS.roomEvents, partition: 0, epoch: 1, from: 0, to: 1, at: 1 };
    const calls = (): Promise<unknown>[] => [
      rooms.positions(TOPICS.roomEvents),
      rooms.load([id]),
      createMessageStore(pool, identity).history(id, { limit: 1 }),
      createProjectionStore(pool, identity).commit({ ...place, ...empty }),
      createUserStore(pool).find(id),
      createUserStore(pool).create({
        ...{ id, username: 'a', email: null, display_name: 'A' },
        ...{ role: 'user', password_hash: '' },
      }),
      createSessionStore(pool, systemClock).revokedSince(undefined),
      createSessionStore(pool, systemClock).revoke(id),
    ];
    await rooms.positions(TOPICS.roomEvents);
    cable.cut();
    for (const call of calls()) {
      const failure = await failureOf(call);
      expect(failure).toBeInstanceOf(ParleyError);
      expect(failure).toMatchObject(unavailable);
    }
    cable.mend();
    await expect(Promise.all(calls())).resolves.toHaveLength(8);
  });

  test('a statement that hangs is cancelled after some seconds', async () => {
    const holder = await pool.connect();
    await holder.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const started = Date.now();
    const failure = await failureOf(createUserStore(pool).find(id));
    await holder.query('ROLLBACK');
    holder.release();
    expect(failure).toMatchObject(unavailable);
    expect(Date.now() - started).toBeLessThan(9_000);
  });

  test('a caller that finds no free connection is refused in time', async () => {
    const holders = [await pool.connect(), await pool.connect()];
    const failure = await failureOf(createUserStore(pool).find(id));
    for (const holder of holders) holder.release();
    expect(failure).toMatchObject(unavailable);
    expect(await createUserStore(pool).find(id)).toMatchObject({ user: { id } });
  });

  test('a failure that waiting does not heal is not called UNAVAILABLE', async () => {
    const failure = await failureOf(createUserStore(pool).find('not an id'));
    expect(failure).not.toBeInstanceOf(ParleyError);
    expect(failure).toMatchObject({ code: '22P02' });
  });
});
