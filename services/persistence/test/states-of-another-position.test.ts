import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storedMessages } from './replay.js';
import { startRig, type Rig } from './rig.js';
import { TestRoom } from './room.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test('states that were read at another position are not folded with', async () => {
  const room = new TestRoom(rig.log);
  // What a database shows that has lost its last commits, before another owner has written them again.
  const old = await rig.store.loadRooms([room.id]);
  const first = await rig.project();
  await room.create();
  await rig.projected();
  await first.stop();

  let loads = 0;
  await rig.project({
    store: {
      ...rig.store,
      loadRooms: (roomIds) => {
        loads += 1;
        return loads === 1 ? Promise.resolve(old) : rig.store.loadRooms(roomIds);
      },
    },
  });
  await room.append(room.post('after all'));
  await rig.projected();
  const messages = await storedMessages(rig.pool, room.id);
  expect(messages.map(({ content }) => content)).toEqual(['after all']);
});
