import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ParleyError } from '@parley/contracts';
import type { ProjectionStore } from '@parley/ports';
import { until } from '@parley/testkit';
import { storedMessages } from './replay.js';
import { startRig, type Rig } from './rig.js';
import { TestRoom } from './room.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** The store behind a door that can be shut: what a database is that went away. */
function behindDoor(store: ProjectionStore) {
  const door = { shut: false, knocks: 0 };
  const pass = <T>(call: () => Promise<T>): Promise<T> => {
    if (!door.shut) return call();
    door.knocks += 1;
    return Promise.reject(new ParleyError('UNAVAILABLE', 'The database does not answer.'));
  };
  const behind: ProjectionStore = {
    positions: (topic) => pass(() => store.positions(topic)),
    loadRooms: (roomIds) => pass(() => store.loadRooms(roomIds)),
    commit: (batch) => pass(() => store.commit(batch)),
  };
  return { door, store: behind };
}

test('while the store is away nothing is lost, and that is said once', async () => {
  const { door, store } = behindDoor(rig.store);
  const rooms = Array.from({ length: 6 }, () => new TestRoom(rig.log));
  await rig.project({ store });
  await Promise.all(rooms.map((room) => room.create()));
  await rig.projected();
  door.shut = true;
  await Promise.all(rooms.map((room) => room.append(room.post('meanwhile'))));
  await until('a few tries', 10_000, () => door.knocks > 12);
  door.shut = false;
  await rig.projected();
  for (const room of rooms) {
    const messages = await storedMessages(rig.pool, room.id);
    expect(messages.map(({ content }) => content)).toEqual(['meanwhile']);
  }
  expect(rig.said.map(({ message }) => message)).toEqual([
    'the projection cannot be written: trying again until it can',
  ]);
});

test('a stop does not wait for a store that is away', async () => {
  const { door, store } = behindDoor(rig.store);
  door.shut = true;
  const persistence = await rig.project({ store });
  await until('a try', 10_000, () => door.knocks > 0);
  await persistence.stop();
});
