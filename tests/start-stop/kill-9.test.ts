import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  mintClientId,
  Person,
  startProduct,
  temporaryDataDir,
  type TemporaryDataDir,
} from '@parley/testkit';

let dir: TemporaryDataDir;
beforeEach(() => {
  dir = temporaryDataDir();
});
afterEach(() => dir.remove());

test.each([
  { killed: 'the process, its database left behind', database: false },
  { killed: 'the process and its database', database: true },
])(
  'after kill -9 of $killed the next start goes on with the same history',
  async ({ database }) => {
    const first = await startProduct({ dataDir: dir.path });
    const alice = await Person.register(first, 'anna');
    const room = await alice.createGroup('Survives');
    const socket = await alice.connect();
    for (let i = 0; i < 200; i++) {
      socket.say({
        type: 'message.send',
        room_id: room.id,
        client_id: mintClientId(),
        content: `message ${i}`,
      });
    }
    const at150 = await socket.heard('message.posted', ({ order }) => order === 150);
    await first.kill({ database });
    await socket.closed();
    expect(first.processes().length > 0).toBe(!database); // the orphan
    const acknowledged = socket.all('message.posted');

    const second = await startProduct({ dataDir: dir.path });
    expect(second.readyMs).toBeLessThan(20_000);
    alice.at = second;
    const history = await alice.history(room.id, at150.seq);
    const before = history.map(({ id, seq, order }) => ({ id, seq, order }));
    expect(before.slice(0, acknowledged.length)).toEqual(
      acknowledged.map(({ id, seq, order }) => ({ id, seq, order })),
    );

    // And life goes on: the same token, the same room, the next position.
    const again = await alice.connect([{ room_id: room.id, after: at150.seq }]);
    await again.heard('sync.done');
    const client_id = mintClientId();
    again.say({ type: 'message.send', room_id: room.id, client_id, content: 'alive' });
    const alive = await again.heard('message.posted', (frame) => frame.client_id === client_id);
    const last = history.at(-1);
    expect(alive.order).toBe((last?.order ?? 0) + 1);
    expect(alive.seq).toBeGreaterThan(last?.seq ?? 0);

    await second.stop();
    expect(second.processes()).toEqual([]);
  },
  90_000,
);
