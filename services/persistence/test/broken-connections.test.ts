import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { comparable, replay, storedMessages } from './replay.js';
import { startRig, type Rig } from './rig.js';
import { TestRoom } from './room.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test('connections cut again and again, also at COMMIT: no row is missing or doubled', async () => {
  const rooms = Array.from({ length: 6 }, () => new TestRoom(rig.log));
  await Promise.all(rooms.map((room) => room.create()));
  await rig.project({ store: rig.storeNamed('projection') });
  let writing = true;
  let cut = 0;
  const cutting = (async () => {
    while (writing) {
      // Waiting for the write-ahead log, or within a transaction: the outcomes that nobody knows.
      const { rowCount } = await rig.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'projection' AND state <> 'idle'`,
      );
      cut += rowCount ?? 0;
    }
  })();
  for (let i = 0; i < 150; i++) {
    await Promise.all(rooms.map((room) => room.append(room.post(`message ${i}`))));
  }
  writing = false;
  await cutting;
  await rig.projected();
  expect(cut).toBeGreaterThan(5);

  const folded = await replay(rig.log);
  const { rooms: stored } = await rig.store.loadRooms(rooms.map((room) => room.id));
  for (const room of rooms) {
    expect(comparable(stored.get(room.id))).toEqual(comparable(folded.get(room.id)));
    const messages = await storedMessages(rig.pool, room.id);
    expect(messages.map(({ content }) => content)).toEqual(
      Array.from({ length: 150 }, (_, i) => `message ${i}`),
    );
  }
}, 60_000);
