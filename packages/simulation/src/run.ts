/** A run: steps and faults from a seed, then rest, then judgement. */
import { checkHistory, type Violation } from '@parley/testkit';
import { Faults } from './faults.js';
import { historyFrom } from './recorder.js';
import { People } from './steps.js';
import { World, type WorldOptions } from './world.js';

export interface RunOptions extends WorldOptions {
  /** Steps and faults together (400). */
  readonly steps?: number;
  /** How long a healed world may take to come to rest, in virtual ms (20 min). */
  readonly restMs?: number;
}

export interface RunReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** Mistakes that a service or a client told of itself, and that rest was never reached. */
  readonly mistakes: readonly string[];
  /** Events of the simulated clock: how much happened. */
  readonly happened: number;
  readonly records: number;
}

const STEPS = 400;
/** How many steps in all are faults. */
const FAULTY = 0.16;
const REST_MS = 20 * 60_000;

/** Whether a run kept every promise. */
export const isClean = (report: RunReport): boolean =>
  report.violations.length === 0 && report.mistakes.length === 0;

/** Runs one seed from beginning to end. */
export async function runSeed(options: RunOptions): Promise<RunReport> {
  const world = new World(options);
  const rejected = (error: unknown): void => {
    world.mistakes.push(`unhandled: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on('unhandledRejection', rejected);
  try {
    await live(world, options.steps ?? STEPS);
    await rest(world, options.restMs ?? REST_MS);
  } finally {
    process.off('unhandledRejection', rejected);
  }
  return judge(world);
}

async function live(world: World, steps: number): Promise<void> {
  const people = new People(world);
  const faults = new Faults(world);
  const dice = world.dice.stream('schedule');
  await world.start();
  for (let step = 0; step < steps; step++) {
    const what = dice.chance(FAULTY) ? await faults.step() : people.step();
    world.say(`#${step} ${what}`);
    await world.clock.run(dice.delay(25, 1_500));
  }
  world.say('healed');
  faults.heal();
  for (const client of world.clients) client.connect();
  await world.clock.run(3_000);
  people.farewell();
}

/** Lets the world come to rest, and what is still on its way to the log arrive. */
export async function rest(world: World, ms = REST_MS): Promise<void> {
  const until = world.clock.now() + ms;
  while (unrest(world) !== undefined && world.clock.now() < until) {
    await world.clock.run(1_500);
    if (unrest(world) !== undefined) world.clock.leap(4_000);
  }
  // What a producer may still write late lands now, at the latest.
  for (let minutes = 0; minutes < 10; minutes += 2) {
    world.clock.leap(120_000);
    await world.clock.run(200);
  }
  for (let second = 0; second < ms / 10_000 && unrest(world) !== undefined; second += 2) {
    await world.clock.run(2_000);
  }
  const why = unrest(world);
  if (why !== undefined) world.mistakes.push(`never came to rest: ${why}`);
  for (const client of world.clients) {
    client.show();
    client.giveUp();
  }
}

/** What keeps the world from resting, if anything. */
function unrest(world: World): string | undefined {
  for (const host of world.hosts()) if (host.running === undefined) return `${host.name} is down`;
  for (const client of world.clients) {
    if (!client.connected) return `${client.name} is not connected`;
    if (!client.idle) return `${client.name} waits for ${client.waitsFor}`;
  }
  for (const [topic, positions] of world.database.positions) {
    if (topic === 'chat.reply-chunks.v1') continue;
    for (const [partition, position] of positions.entries()) {
      const { end } = world.broker.partition(topic, partition);
      if (position < end) return `${topic}/${partition} is projected to ${position} of ${end}`;
    }
  }
  for (const tables of world.database.rooms.values()) {
    for (const reply of tables.replies.values()) {
      if (reply.settled_at === null) return `reply ${reply.reply_id} is ${reply.status}`;
    }
  }
  return undefined;
}

/** Judges what the world left behind. */
export function judge(world: World): RunReport {
  const history = historyFrom(world.run, world.recorder, world.broker, world.database);
  const records = world.broker
    .partitions('chat.room-events.v1')
    .reduce((sum, { end }) => sum + end, 0);
  return {
    seed: world.options.seed,
    violations: checkHistory(history),
    mistakes: world.mistakes,
    happened: world.clock.happened,
    records,
  };
}
