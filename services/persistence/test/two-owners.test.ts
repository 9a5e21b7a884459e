import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventLog } from '@parley/ports';
import { storedMessages } from './replay.js';
import { startRig, type Rig } from './rig.js';
import { TestRoom } from './room.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** The log as a member of another group sees it: it owns every partition, as a zombie believes it does. */
function asZombie(log: EventLog): EventLog {
  return {
    identity: log.identity,
    append: (record) => log.append(record),
    end: (topic, partition) => log.end(topic, partition),
    tail: (options) => log.tail(options),
    share: (options) => log.share({ ...options, group: 'zombies' }),
    lag: (group) => log.lag(group),
  };
}

test('two owners of the same partitions write every row once', async () => {
  const rooms = Array.from({ length: 8 }, () => new TestRoom(rig.log));
  await Promise.all(rooms.map((room) => room.create()));
  await rig.project();
  await rig.project({ log: asZombie(rig.log) });
  for (let i = 0; i < 40; i++) {
    await Promise.all(rooms.map((room) => room.append(room.post(`message ${i}`))));
  }
  await rig.projected();
  for (const room of rooms) {
    const messages = await storedMessages(rig.pool, room.id);
    expect(messages.map(({ content }) => content)).toEqual(
      Array.from({ length: 40 }, (_, i) => `message ${i}`),
    );
    expect(messages.map(({ order }) => order)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  }
});
