/** What people do. Every step is chosen and shaped by the seed. */
import { uuidV7, type Uuid } from '@parley/contracts';
import { RawClient } from './clients/raw-client.js';
import type { SimClient } from './clients/sim-client.js';
import type { Dice } from './dice.js';
import { RestUser } from './rest-user.js';
import type { World } from './world.js';

interface Sent {
  readonly user: Uuid;
  readonly room_id: Uuid;
  readonly client_id: string;
  readonly content: string;
}

const STEPS = {
  send: 34,
  ask: 5,
  repeat: 5,
  oddId: 2,
  restSend: 2,
  readBack: 3,
  join: 3,
  leave: 2,
  kick: 3,
  ban: 1,
  add: 4,
  role: 1,
  edit: 3,
  remove: 2,
  react: 2,
  stop: 2,
  regenerate: 1,
  markRead: 1,
  syncAgain: 1,
  createRoom: 0.7,
  updateRoom: 1,
  away: 3,
} as const satisfies Record<string, number>;
type Step = keyof typeof STEPS;

/** How many sends are remembered, to be repeated. */
const MEMORY = 60;

export class People {
  readonly #dice: Dice;
  readonly #rest: RestUser;
  #texts = 0;
  readonly #sent: Sent[] = [];

  constructor(private readonly world: World) {
    this.#dice = world.dice.stream('people');
    this.#rest = new RestUser(world);
  }

  /** Somebody does something. Answers what, for people to read. */
  step(): string {
    const step = this.#dice.weighted(STEPS);
    return `${step} ${this.#do(step)}`;
  }

  /** Everybody says something everywhere: what a client missed shows at the latest now. */
  farewell(): void {
    for (const client of this.world.clients) {
      for (const room of this.world.rooms) this.#say(client, room, this.#text());
    }
  }

  #do(step: Step): string {
    const { world } = this;
    const dice = this.#dice;
    const client = dice.pick(world.clients);
    const room = dice.pick(world.rooms);
    switch (step) {
      case 'send':
        return this.#say(client, room, this.#text());
      case 'ask':
        return this.#say(client, room, `@ai ${this.#text()}`);
      case 'repeat':
        return this.#repeat();
      case 'oddId':
        return this.#oddId(client, room);
      case 'restSend':
        return this.#restSend(client.user, room);
      case 'readBack':
        return this.#rest.readBack();
      case 'away':
        client.disconnect();
        world.clock.after(dice.delay(3_000, 120_000), () => client.connect());
        return client.name;
      case 'stop':
        client.stopReply();
        return client.name;
      case 'markRead':
        client.markRead(room);
        return client.name;
      case 'syncAgain':
        client.syncAgain(room);
        return client.name;
      case 'createRoom':
        return this.#rest.createRoom();
      default:
        return this.#rest.change(step, client.user, room, () => this.#messageOf(client, room));
    }
  }

  #text(): string {
    return `text ${(this.#texts += 1)}`;
  }

  #messageOf(client: SimClient, room: Uuid): Uuid | undefined {
    const known = client.messagesOf(room).slice(-20);
    return known.length === 0 ? undefined : this.#dice.pick(known);
  }

  #say(client: SimClient, room_id: Uuid, content: string): string {
    const client_id = client.mint();
    client.send({ room_id, client_id, content });
    // The SDK mints its own: only a raw client's can be repeated by name.
    if (client instanceof RawClient) {
      this.#remember({ user: client.user, room_id, client_id, content });
    }
    return `${client.name} «${content}»`;
  }

  /** The same id again, after whatever time has passed, from any device of the same person, or over REST. */
  #repeat(): string {
    if (this.#sent.length === 0) return 'nothing';
    const sent = this.#dice.pick(this.#sent);
    const content = this.#dice.chance(0.2) ? this.#text() : sent.content;
    const devices = this.world.clients.filter(
      (client) => client instanceof RawClient && client.user === sent.user,
    );
    if (devices.length === 0 || this.#dice.chance(0.3)) {
      this.#rest.send(sent.user, { ...sent, content });
      return `over REST «${content}»`;
    }
    const device = this.#dice.pick(devices);
    device.send({ ...sent, content });
    return `${device.name} «${content}»`;
  }

  /** An id whose time is far from now. */
  #oddId(client: SimClient, room_id: Uuid): string {
    if (!(client instanceof RawClient)) return this.#say(client, room_id, this.#text());
    const off = this.#dice.pick([-86_400_000, -780_000, -360_000, -299_000, 25_000, 3_600_000]);
    const at = this.world.clock.now() + off + this.#dice.int(-2_000, 2_000);
    const client_id = uuidV7(at, this.#dice.bytes(10));
    const content = this.#text();
    client.send({ room_id, client_id, content });
    this.#remember({ user: client.user, room_id, client_id, content });
    return `${client.name} ${off} «${content}»`;
  }

  #restSend(user: Uuid, room_id: Uuid): string {
    const content = this.#text();
    const client_id = uuidV7(this.world.clock.now(), this.#dice.bytes(10));
    this.#rest.send(user, { room_id, client_id, content });
    this.#remember({ user, room_id, client_id, content });
    return `«${content}»`;
  }

  #remember(sent: Sent): void {
    this.#sent.push(sent);
    if (this.#sent.length > MEMORY) this.#sent.splice(this.#dice.int(0, MEMORY - 1), 1);
  }
}
