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

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends everything within 10 s, under load, and the next start goes on',
  async (signal) => {
    const first = await startProduct({ dataDir: dir.path });
    const alice = await Person.register(first, 'anna');
    const room = await alice.createGroup('Kept');
    const socket = await alice.connect();
    const send = (content: string): void =>
      socket.say({
        type: 'message.send',
        room_id: room.id,
        client_id: mintClientId(),
        content,
      });
    for (let i = 0; i < 50; i++) send(`message ${i}`);
    send('@ai count to 900');
    await socket.heard('reply.chunk');

    const from = performance.now();
    const exit = await first.stop(signal);
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(first.processes()).toEqual([]);
    expect(await socket.closed()).toMatchObject({ code: 1012 });
    const acknowledged = socket.all('message.posted');
    expect(acknowledged).toHaveLength(51);

    const second = await startProduct({ dataDir: dir.path });
    expect(second.readyMs).toBeLessThan(10_000);
    alice.at = second;
    const history = await alice.history(room.id);
    expect(history.slice(0, 51).map(({ id, seq }) => ({ id, seq }))).toEqual(
      acknowledged.map(({ id, seq }) => ({ id, seq })),
    );
    await second.stop(signal);
    expect(second.processes()).toEqual([]);
  },
  60_000,
);
