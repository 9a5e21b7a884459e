import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { comparable, replay, storedMessages } from './replay.js';
import { startRig, type Rig } from './rig.js';
import { TestRoom } from './room.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test('the rows are what a fold of the whole log says, whatever is read in one batch and whoever reads on', async () => {
  const rooms = Array.from({ length: 12 }, () => new TestRoom(rig.log));
  await Promise.all(rooms.map((room) => room.create()));
  const first = await rig.project();
  await Promise.all(rooms.map((room) => room.live()));
  await first.stop();
  // What comes while nobody projects is read by the next one from where the rows stand.
  await Promise.all(rooms.map((room) => room.live()));
  await rig.project();
  await Promise.all(rooms.map((room) => room.live()));
  await rig.projected();

  const folded = await replay(rig.log);
  const { rooms: stored } = await rig.store.loadRooms(rooms.map((room) => room.id));
  for (const room of rooms) {
    expect(comparable(stored.get(room.id))).toEqual(comparable(folded.get(room.id)));
    const messages = await storedMessages(rig.pool, room.id);
    expect(messages.map(({ order }) => order)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(messages.map(({ content }) => content)).toEqual(
      Array.from({ length: 3 }, () => ['hello again', 'Hello!']).flat(),
    );
  }
});
