/** What goes wrong. Every fault is chosen and shaped by the seed. */
import type { Dice } from './dice.js';
import type { Host } from './host.js';
import { clear, worsen } from './weather.js';
import type { World } from './world.js';

const FAULTS = {
  crash: 5,
  cut: 5,
  deafen: 2,
  hold: 3,
  pause: 1.5,
  stall: 3,
  steal: 3,
  databaseAway: 1.5,
  databaseCrash: 2,
  roll: 1,
  weather: 3,
  leap: 1,
} as const satisfies Record<string, number>;
type Fault = keyof typeof FAULTS;

const MINUTE = 60_000;

export class Faults {
  readonly #dice: Dice;

  constructor(private readonly world: World) {
    this.#dice = world.dice.stream('faults');
  }

  async step(): Promise<string> {
    const fault = this.#dice.weighted(FAULTS);
    return `${fault} ${await this.#do(fault)}`;
  }

  /** Everything is well again, and stays so. */
  heal(): void {
    const { world } = this;
    clear(world.weather);
    world.database.start();
    for (const host of world.hosts()) host.boot();
    // A cut for each connection that one end believes in alone; the others resume.
    for (const link of world.links) if (!link.alive) world.links.delete(link);
  }

  /** Time passes as if everything slept, with a little life in between. */
  async leap(ms: number): Promise<void> {
    const hops = Math.min(6, Math.max(1, Math.round(ms / MINUTE)));
    for (let hop = 0; hop < hops; hop++) {
      this.world.clock.leap(ms / hops);
      await this.world.clock.run(400);
    }
  }

  async #do(fault: Fault): Promise<string> {
    const { world } = this;
    const dice = this.#dice;
    switch (fault) {
      case 'crash': {
        const host = dice.pick(world.hosts());
        const ms = dice.delay(700, 20_000);
        host.restart(ms);
        return `${host.name} for ${Math.round(ms)} ms`;
      }
      case 'cut':
        return this.#onLink((link) => link.cut());
      case 'deafen':
        return this.#onLink((link) => link.deafen(dice.pick(['client', 'edge'])));
      case 'hold': {
        const ms = dice.delay(2_000, 40_000);
        return this.#onLink((link) => link.hold(dice.pick(['client', 'edge']), ms));
      }
      case 'pause':
        return this.#pause(dice.pick(world.hosts()), dice.delay(3_000, MINUTE));
      case 'stall':
        return this.#stall(dice.delay(2_000, 90_000));
      case 'steal': {
        const partition = dice.int(0, world.broker.identity.partitions - 1);
        const zombie = dice.delay(1_500, 40_000);
        for (const group of world.groups.all()) {
          if (dice.chance(0.6)) group.steal(partition, zombie);
        }
        return `partition ${partition}, zombie for ${Math.round(zombie)} ms`;
      }
      case 'databaseAway': {
        const ms = dice.delay(4_000, 2 * MINUTE);
        world.database.stop();
        world.clock.after(ms, () => world.database.start());
        return `for ${Math.round(ms)} ms`;
      }
      case 'databaseCrash': {
        const ms = dice.delay(1_500, 15_000);
        world.database.crash();
        world.clock.after(ms, () => world.database.start());
        return `for ${Math.round(ms)} ms`;
      }
      case 'roll':
        return this.#roll();
      case 'weather': {
        const severity = dice.pick([0, 0.5, 1, 1, 2]);
        if (severity === 0) clear(world.weather);
        else worsen(world.weather, severity);
        return String(severity);
      }
      case 'leap': {
        const ms = dice.pick([6, 6, 13, 13, 60, 24 * 60]) * MINUTE;
        await this.leap(ms);
        return `${ms / MINUTE} min`;
      }
    }
  }

  #onLink(trouble: (link: World['links'] extends Set<infer L> ? L : never) => void): string {
    const links = [...this.world.links].filter((link) => link.alive);
    if (links.length === 0) return 'nothing';
    trouble(this.#dice.pick(links));
    return '';
  }

  /** SIGSTOP. Beyond its session its partitions go to others, of which it knows nothing when it goes on. */
  #pause(host: Host<unknown>, ms: number): string {
    const node = host.process?.node;
    if (node === undefined) return 'nothing';
    node.pause(ms);
    if (ms > 6_000) {
      for (const group of this.world.groups.all()) {
        for (let partition = 0; partition < this.world.broker.identity.partitions; partition++) {
          if (group.ownerOf(partition) === node) group.steal(partition, ms + 500);
        }
      }
    }
    return `${host.name} for ${Math.round(ms)} ms`;
  }

  #stall(ms: number): string {
    const { edges, persistences, workers } = this.world;
    const host = this.#dice.pick([...edges, ...persistences, ...workers]);
    host.running?.log.stall(ms);
    return `${host.name} for ${Math.round(ms)} ms`;
  }

  #roll(): string {
    const host = this.#dice.pick(this.world.edges);
    void host.roll(async ({ service, services }) => {
      await service.edge.drain();
      for (const one of services.toReversed()) await one.stop();
    });
    return host.name;
  }
}
