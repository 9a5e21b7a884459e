import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  openEmbeddedLog,
  createProjectionStore,
  createRoomStore,
  createMessageStore,
  createUserStore,
  createSessionStore,
} from '@parley/postgres';
import { silent, startTestServer, systemClock, type TestServer } from './database.js';
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
test('smoke', async () => {
  const { pool } = await server.database();
  const log = await openEmbeddedLog({ pool, clock: systemClock, logger: silent, partitions: 4 });
  const got: string[] = [];
  const sub = await log.tail({
    topic: 'chat.room-events.v1',
    from: [0, 0, 0, 0],
    onRecords: (p, rs) => {
      for (const r of rs) got.push(`${p}:${r.offset}:${Buffer.from(r.value).toString()}`);
    },
  });
  const ps = await Promise.all(
    [1, 2, 3].map((i) =>
      log.append({ topic: 'chat.room-events.v1', partition: 1, key: 'k', value: `v${i}` }),
    ),
  );
  expect(ps.map((p) => p.offset)).toEqual([1, 2, 3]);
  await new Promise((r) => setTimeout(r, 50));
  expect(got).toContain('1:3:v3');
  const t = Date.now();
  for (let i = 0; i < 200; i++)
    await log.append({ topic: 'chat.room-events.v1', partition: 1, key: 'k', value: `v${i}` });
  console.log('200 appends', Date.now() - t);
  const t2 = Date.now();
  await Promise.all(
    Array.from({ length: 20000 }, (_, i) =>
      log.append({
        topic: 'chat.room-events.v1',
        partition: i % 4,
        key: 'k',
        value: `vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv${i}`,
      }),
    ),
  );
  console.log('20000 appends', Date.now() - t2);
  await sub.stop();
  await log.stop();
  const id = log.identity;
  const users = createUserStore(pool);
  const u = '11111111-1111-4111-8111-111111111111',
    r = '21111111-1111-4111-8111-111111111111';
  await users.create({
    id: u,
    username: 'A',
    email: null,
    display_name: 'A',
    role: 'user',
    password_hash: 'x',
  });
  expect(
    await users.create({
      id: r,
      username: 'a',
      email: null,
      display_name: 'A',
      role: 'user',
      password_hash: 'x',
    }),
  ).toEqual({ taken: 'username' });
  expect(await users.findByLogin(u)).toBeDefined();
  expect(await users.findByLogin('a')).toBeDefined();
  expect((await users.search('a', { limit: 10 })).items).toHaveLength(1);
  expect(await users.byUsernames(['a'])).toHaveLength(1);
  expect((await users.update(u, { display_name: 'B' }))?.display_name).toBe('B');
  const rooms = createRoomStore(pool, id),
    messages = createMessageStore(pool, id),
    store = createProjectionStore(pool, id);
  console.log(
    await rooms.positions('chat.room-events.v1'),
    await rooms.load([r]),
    await rooms.roomsOf(u),
    await rooms.changes(r, u, { after: 0, limit: 10 }),
    await rooms.lookup(r, r),
    await rooms.access(r, [u]),
    await rooms.room(r, u),
    await rooms.list(u, { scope: 'mine', limit: 5, search: 'x', kinds: ['group'] }),
    await rooms.members(r),
    await rooms.peers(u),
    await rooms.openReplies([0]),
  );
  console.log(
    await messages.history(r, { limit: 5 }),
    await messages.history(r, { limit: 5, after: 3 }),
    await messages.find(r),
    await messages.countAsks(r, 'm'),
    await messages.context(r, 5, 5),
    await messages.spentTokens({ room_id: r, user_id: u, since: 0 }),
  );
  const sessions = createSessionStore(pool, systemClock);
  await sessions.create({
    id: r,
    user_id: u,
    refresh_hash: 'a',
    expires_at: Date.now() + 1e6,
    user_agent: null,
    ip: null,
  });
  const rot = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      sessions.rotate({
        session_id: r,
        spent_hash: 'a',
        next_hash: `n${i}`,
        expires_at: Date.now() + 1e6,
      }),
    ),
  );
  console.log(rot.join());
  expect(
    await store.commit({
      topic: 'chat.room-events.v1',
      partition: 0,
      epoch: id.epoch,
      from: 0,
      to: 5,
      at: 100,
      changes: [],
      verdicts: [],
      deadLetters: [
        {
          topic: 'chat.room-events.v1',
          partition: 0,
          epoch: 1,
          offset: 3,
          reason: 'nul',
          raw: Buffer.from('\0a'),
        },
      ],
      readMarks: [],
    }),
  ).toBe('committed');
  expect(
    await store.commit({
      topic: 'chat.room-events.v1',
      partition: 0,
      epoch: id.epoch,
      from: 0,
      to: 5,
      at: 100,
      changes: [],
      verdicts: [],
      deadLetters: [],
      readMarks: [],
    }),
  ).toBe('fenced');
  expect(await store.positions('chat.room-events.v1')).toEqual([5, 0, 0, 0]);
});
