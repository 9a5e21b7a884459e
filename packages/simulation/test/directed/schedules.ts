/** Schedules written by hand, for what chance brings about too seldom. */
import type { ServerFrame } from '@parley/contracts';
import type { RunReport } from '../../src/run.js';
import type { World, WorldOptions } from '../../src/world.js';

/** Runs a schedule in a world of fair weather, heals what it broke, and judges it. */
async function directed(
  options: WorldOptions,
  schedule: (world: World) => Promise<void>,
): Promise<RunReport> {
  const { World: Made } = await import('../../src/world.js');
  const { rest, judge } = await import('../../src/run.js');
  const { Faults } = await import('../../src/faults.js');
  const world = new Made({ plain: true, rooms: 1, ...options });
  await world.start();
  await schedule(world);
  new Faults(world).heal();
  for (const client of world.clients) client.connect();
  await rest(world, 300_000);
  return judge(world);
}

let said = 0;

async function say(world: World, client: number, count: number): Promise<void> {
  const [room] = world.rooms;
  const speaker = world.clients[client];
  if (room === undefined || speaker === undefined) throw new RangeError('nobody there');
  for (let i = 0; i < count; i++) {
    const content = `${speaker.name} says ${(said += 1)}`;
    speaker.send({ room_id: room, client_id: speaker.mint(), content });
    await world.clock.run(40);
  }
}

/**
 * A client comes back to rows in several frames, and is cut off after the first of them; then it comes back again. Frames
 * must be made small for this.
 */
export function cutOffWithinRows(seed: number): Promise<RunReport> {
  return directed({ seed, users: 2, edges: 1, assistant: 'off', clients: 'sdk' }, async (world) => {
    const away = world.clients[1];
    await say(world, 0, 3);
    away?.link?.hold('client', 10_000);
    await say(world, 0, 30);
    await world.clock.run(500);
    let cuts = 0;
    const add = world.recorder.add.bind(world.recorder);
    world.recorder.add = (line) => {
      add(line);
      if (line.type !== 'heard' || line.client !== away?.name || cuts > 0) return;
      const frames: readonly ServerFrame[] = Array.isArray(line.frame)
        ? (line.frame as ServerFrame[])
        : [line.frame as ServerFrame];
      if (!frames.some((frame) => frame.type === 'sync.state' && frame.more === true)) return;
      cuts += 1;
      away.link?.deafen('client');
      away.link?.cut();
    };
    world.edges[0]?.restart(200);
    await world.clock.run(20_000);
  });
}

/**
 * A worker writes an answer and hears nothing of the log any more: another takes its partition over and claims the
 * answer, while the first goes on to its end.
 */
export function twoOwnersOfAnAnswer(seed: number): Promise<RunReport> {
  return directed(
    { seed, users: 2, partitions: 1, workers: 2, assistant: 'always', clients: 'raw' },
    async (world) => {
      for (let round = 0; round < 6; round++) {
        await say(world, 0, 1);
        await world.clock.run(world.dice.int(20, 120));
        for (const group of world.groups.all()) {
          const owner = world.workers.find((host) => host.process?.node === group.ownerOf(0));
          if (owner === undefined) continue;
          owner.running?.log.stall(6_000);
          group.steal(0, 8_000);
        }
        await world.clock.run(10_000);
      }
    },
  );
}
