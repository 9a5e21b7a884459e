/** One world: machines, people, a log, a database and a network, all from one seed. */
import { MEMBERSHIP_EVENTS, partitionOf, roomKey, TOPICS, type Uuid } from '@parley/contracts';
import { iso } from '@parley/domain';
import type { Logger, Metrics } from '@parley/ports';
import type { RunLine } from '@parley/testkit';
import { RawClient } from './clients/raw-client.js';
import { SdkClient } from './clients/sdk-client.js';
import type { SimClient } from './clients/sim-client.js';
import { Accounts } from './database/accounts.js';
import { Database } from './database/database.js';
import { Dice } from './dice.js';
import { Host, type Kind, type Process } from './host.js';
import { Broker } from './log/broker.js';
import { Groups } from './log/sim-log.js';
import { modelOf } from './model.js';
import { Link } from './network/link.js';
import { acceptLink } from './network/sockets.js';
import { Recorder } from './recorder.js';
import {
  makeAiWorker,
  makeEdge,
  makeGateway,
  makePersistence,
  makeShared,
  type Outside,
  type RunningEdge,
  type RunningGateway,
  type RunningPersistence,
  type RunningWorker,
  type Wraps,
} from './services.js';
import { SimClock } from './sim-clock.js';
import { SimNode } from './sim-node.js';
import { fairWeather } from './weather.js';

/** When every world begins. */
const START = Date.parse('2030-01-01T00:00:00.000Z');
const EPOCH = 3;

export interface WorldOptions {
  readonly seed: number;
  readonly partitions?: number;
  readonly edges?: number;
  readonly workers?: number;
  readonly persistences?: number;
  readonly users?: number;
  readonly rooms?: number;
  /** Everybody in every room, with one device (default: by the dice). */
  readonly plain?: boolean;
  /** Of every room (default: by the dice). */
  readonly assistant?: 'off' | 'mention' | 'always';
  /** Whose code the clients run (default: by the dice). */
  readonly clients?: 'sdk' | 'raw';
  /** Planted bugs. */
  readonly wraps?: Wraps;
  /** Told what happens, for people. */
  readonly say?: (text: string) => void;
}

export class World {
  readonly dice: Dice;
  readonly clock = new SimClock(START);
  readonly weather = fairWeather();
  readonly recorder = new Recorder();
  readonly accounts = new Accounts();
  readonly broker: Broker;
  readonly groups: Groups;
  readonly database: Database;
  readonly edges: Host<RunningEdge>[] = [];
  readonly gateways: Host<RunningGateway>[] = [];
  readonly persistences: Host<RunningPersistence>[] = [];
  readonly workers: Host<RunningWorker>[] = [];
  readonly clients: SimClient[] = [];
  readonly users: Uuid[] = [];
  readonly rooms: Uuid[] = [];
  readonly links = new Set<Link>();
  /** What a service or a client reported as a mistake of its own: always a failure of the run. */
  readonly mistakes: string[] = [];
  readonly #outside: Outside;
  readonly #say: (text: string) => void;

  constructor(readonly options: WorldOptions) {
    this.dice = new Dice(options.seed);
    this.#say = options.say ?? (() => undefined);
    const partitions = options.partitions ?? this.dice.int(1, 3);
    const identity = { log_id: this.dice.uuid(), epoch: EPOCH, partitions };
    this.broker = new Broker(identity, this.clock);
    this.groups = new Groups(this.clock, this.dice.stream('groups'), partitions);
    this.database = new Database(
      this.clock,
      this.dice.stream('database'),
      this.weather.database,
      identity,
    );
    this.#outside = {
      clock: this.clock,
      broker: this.broker,
      groups: this.groups,
      database: this.database,
      accounts: this.accounts,
      weather: this.weather,
      logger: this.#logger(),
      metrics: NO_METRICS,
      model: (node) => modelOf(node),
      ...makeShared(this.clock),
      wraps: options.wraps ?? {},
    };
    this.#people();
    this.#machines();
  }

  get run(): RunLine {
    return { type: 'run', seed: this.options.seed, ...this.broker.identity };
  }

  say(text: string): void {
    this.#say(`${iso(this.clock.now())} ${text}`);
  }

  hosts(): readonly Host<unknown>[] {
    return [...this.edges, ...this.gateways, ...this.persistences, ...this.workers];
  }

  /** A gateway that answers, if any does. */
  gateway(): RunningGateway | undefined {
    const running = this.gateways.flatMap((host) => host.running ?? []);
    return running.length === 0 ? undefined : this.dice.pick(running);
  }

  /** Boots everything and lets everybody connect. */
  async start(): Promise<void> {
    for (const host of this.hosts()) host.boot();
    await this.clock.run(300);
    for (const client of this.clients) client.connect();
    await this.clock.run(500);
  }

  /** A room that is in the log from the start. */
  createRoom(members: readonly Uuid[], assistant: 'off' | 'mention' | 'always'): Uuid {
    const room_id = this.dice.uuid();
    const [owner] = members;
    if (owner === undefined) throw new RangeError('a room needs somebody');
    const event = {
      v: 1,
      id: room_id,
      log: this.broker.identity.log_id,
      room_id,
      born: iso(this.clock.now()),
      by: owner,
      type: 'room.created',
      kind: 'group',
      name: `room ${this.rooms.length}`,
      visibility: 'public',
      assistant: { mode: assistant, model: null, system_prompt: null },
      members: members.map((user_id, index) => ({
        user_id,
        username: this.accounts.nameOf(user_id),
        display_name: this.accounts.nameOf(user_id),
        role: index === 0 ? 'owner' : index === 1 ? 'admin' : 'member',
      })),
    } as const;
    this.broker.write({
      topic: TOPICS.roomEvents,
      partition: partitionOf(room_id, this.broker.identity.partitions),
      key: roomKey(room_id, MEMBERSHIP_EVENTS.has(event.type)),
      value: JSON.stringify(event),
    });
    this.rooms.push(room_id);
    return room_id;
  }

  #people(): void {
    const { options, dice } = this;
    const now = this.clock.now();
    for (let i = 0; i < (options.users ?? dice.int(3, 5)); i++) {
      const id = dice.uuid();
      this.accounts.add(id, `user${i}`, now);
      this.users.push(id);
      const devices = options.plain !== true && dice.chance(0.3) ? 2 : 1;
      for (let device = 0; device < devices; device++) this.#client(id, `user${i}.${device}`);
    }
    for (let i = 0; i < (options.rooms ?? dice.int(1, 3)); i++) {
      const members = this.users.filter(() => options.plain === true || dice.chance(0.8));
      this.createRoom(
        members.length === 0 ? this.users : members,
        options.assistant ?? dice.pick(['mention', 'always', 'mention', 'off']),
      );
    }
  }

  #client(user: Uuid, name: string): void {
    const session = this.dice.uuid();
    this.accounts.begin(session, user, this.clock.now());
    // Phones and laptops are wrong by minutes; every third is wrong by up to an hour.
    const skew = this.dice.chance(0.33) ? this.dice.int(-3_600_000, 3_600_000) : 0;
    const options = {
      name,
      user,
      token: ['access', user, session, ''].join(' '),
      node: new SimNode(name, this.clock, this.dice.stream(name), skew),
      recorder: this.recorder,
      dial: (who: string, node: SimNode, token: string) => this.#dial(who, node, token),
      onListenerError: (error: unknown) => this.mistakes.push(`${name}: ${String(error)}`),
    };
    const sdk = this.options.clients ?? (this.dice.chance(0.6) ? 'sdk' : 'raw');
    this.clients.push(sdk === 'sdk' ? new SdkClient(options) : new RawClient(options));
  }

  #dial(_who: string, node: SimNode, _token: string): Link | undefined {
    const open = this.edges.filter((host) => host.running !== undefined);
    if (open.length === 0) return undefined;
    const host = this.dice.pick(open);
    const { process } = host;
    if (process === undefined) return undefined;
    const ends = { client: node, edge: process.node };
    const dice = this.dice.stream(`link/${this.links.size}/${this.clock.time}`);
    const link = new Link(this.clock, dice, this.weather.network, ends);
    this.links.add(link);
    link.open(() => acceptLink(process.service.edge, link, undefined));
    return link;
  }

  #machines(): void {
    const { options, dice } = this;
    const count = (wanted: number | undefined, low: number, high: number): number =>
      wanted ?? dice.int(low, high);
    const out = this.#outside;
    this.#hosts(this.edges, 'edge', count(options.edges, 2, 3), (node, broken) =>
      makeEdge(out, node, broken),
    );
    this.#hosts(this.persistences, 'persistence', count(options.persistences, 1, 2), (node, b) =>
      makePersistence(out, node, b),
    );
    this.#hosts(this.workers, 'ai-worker', count(options.workers, 1, 2), (node, broken) =>
      makeAiWorker(out, node, broken),
    );
    this.#hosts(this.gateways, 'gateway', 1, (node) => makeGateway(out, node));
  }

  #hosts<S>(
    list: Host<S>[],
    kind: Kind,
    count: number,
    make: (node: SimNode, broken: (error: unknown) => void) => Process<S>,
  ): void {
    for (let i = 0; i < count; i++) {
      const name = `${kind}-${i}`;
      // Time service keeps machines within a few hundred ms of each other.
      const skew = this.dice.int(-300, 300);
      const host = new Host<S>(
        kind,
        name,
        this.clock,
        (life, broken) => {
          const id = `${name}/${life}`;
          return make(new SimNode(id, this.clock, this.dice.stream(id), skew), broken);
        },
        (dead) => this.#died(dead),
        (text) => this.say(text),
      );
      list.push(host);
    }
  }

  #died(node: SimNode): void {
    for (const group of this.groups.all()) group.crashed(node);
    for (const link of this.links) {
      if (link.edge !== node) continue;
      link.cut();
      this.links.delete(link);
    }
  }

  #logger(): Logger {
    const line = (level: string) => (fields: object, message: string) => {
      if (this.options.say === undefined) return;
      const { err } = fields as { err?: Error };
      this.say(`  ${level} ${message} ${err === undefined ? '' : err.message}`);
    };
    return { debug: () => undefined, info: line('info'), warn: line('warn'), error: line('error') };
  }
}

const NO_METRICS: Metrics = {
  count: () => undefined,
  gauge: () => undefined,
  observe: () => undefined,
};
