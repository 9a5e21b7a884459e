/** Edges over a real PostgreSQL, the embedded log and real sockets, for one test file. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokens } from '@parley/auth-tokens';
import {
  TOPICS,
  messageId,
  partitionOf,
  seqOf,
  type ChunkDelta,
  type ClientFrame,
  type RoomEvent,
  type RoomEventOf,
  type Seq,
  type User,
  type Uuid,
} from '@parley/contracts';
import { encodeRoomEvent, iso } from '@parley/domain';
import {
  createMemoryPresenceStore,
  createMemoryRateLimiter,
  createMemorySignals,
  type RateLimits,
} from '@parley/memory';
import { createPersistence } from '@parley/persistence';
import type {
  Clock,
  EventLog,
  Logger,
  Metrics,
  Position,
  RoomStore,
  SessionStore,
} from '@parley/ports';
import {
  createMessageStore,
  createPool,
  createProjectionStore,
  createRoomStore,
  createSessionStore,
  createUserStore,
  migrate,
  openEmbeddedLog,
  startPostgres,
} from '@parley/postgres';
import { createProjectionWatch, systemClock, systemRandom } from '@parley/runtime';
import { NativeSocket, mintClientId, until } from '@parley/testkit';
import {
  EDGE_DEFAULTS,
  attachWebSockets,
  createEdge,
  type Edge,
  type EdgeConfig,
  type EdgePorts,
} from '../src/index.js';
import { Outage } from './outage.js';

const PARTITIONS = 4;
/** So long that no test outlives a session by moving its clock. */
const SESSION_MS = 90 * 86_400_000;

export interface Somebody {
  readonly user: User;
  readonly token: string;
  readonly sessionId: Uuid;
}

export interface EdgeRig {
  readonly edge: Edge;
  readonly url: string;
  readonly fatal: unknown[];
  /** A socket on which nothing was said. */
  open(options?: Parameters<typeof NativeSocket.open>[1]): Promise<NativeSocket>;
  /** A socket that was told its rooms. */
  connect(
    who: Somebody,
    auth?: Omit<Extract<ClientFrame, { type: 'auth' }>, 'type' | 'token'>,
  ): Promise<NativeSocket>;
  stop(): Promise<void>;
}

export interface RoomOptions {
  readonly kind?: 'group' | 'private' | 'conversation';
  readonly mode?: 'off' | 'mention' | 'always';
}

/** An event without what every event has. */
type Bare<T extends RoomEvent['type']> = Omit<
  RoomEventOf<T>,
  'v' | 'id' | 'log' | 'room_id' | 'born' | 'type'
> & { readonly id?: Uuid; readonly born?: string };

export class Rig {
  readonly outage = new Outage();
  readonly #stops: (() => Promise<unknown>)[] = [];
  #offsetMs = 0;
  /** The system's, moved by {@link Rig.move}. */
  readonly clock: Clock = {
    now: () => systemClock.now() + this.#offsetMs,
    after: (ms, task) => systemClock.after(ms, task),
  };

  private constructor(
    readonly log: EventLog,
    private readonly ports: Omit<EdgePorts, 'projection'>,
    private readonly sessionStore: SessionStore,
  ) {}

  static async start(limits: RateLimits = {}): Promise<Rig> {
    const dataDir = await mkdtemp(join(tmpdir(), 'parley-edge-'));
    const postgres = await startPostgres({ dataDir });
    await migrate(postgres.url);
    const pool = createPool({ url: postgres.url });
    const logger = silent;
    const log = await openEmbeddedLog({
      ...{ pool, logger, partitions: PARTITIONS },
      clock: systemClock,
    });
    const persistence = createPersistence({
      ...{ log, logger, metrics, clock: systemClock },
      store: createProjectionStore(pool, log.identity),
    });
    await persistence.start();
    const sessions = createSessionStore(pool, systemClock);
    const signals = createMemorySignals();
    const rig: Rig = new Rig(
      log,
      {
        log,
        rooms: createRoomStore(pool, log.identity),
        messages: createMessageStore(pool, log.identity),
        users: createUserStore(pool),
        sessions,
        tokens: createTokens({
          ...{ secret: 'a secret of tests', accessMinutes: 15, refreshDays: 7 },
          clock: systemClock,
        }),
        presence: createMemoryPresenceStore({ clock: systemClock }),
        signals,
        limiter: createMemoryRateLimiter(limits),
        clock: systemClock,
        random: systemRandom,
        logger,
        metrics,
      },
      sessions,
    );
    rig.#stops.push(
      () => rm(dataDir, { recursive: true, force: true }),
      () => postgres.stop(),
      () => pool.end(),
      () => log.stop(),
      () => persistence.stop(),
    );
    return rig;
  }

  get rooms(): RoomStore {
    return this.ports.rooms;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
  }

  /** Moves the edges' clocks, not the log's. */
  move(ms: number): void {
    this.#offsetMs += ms;
  }

  /** An edge with a projection watch of its own. */
  async edge(
    config: Partial<EdgeConfig> = {},
    replaced: Partial<EdgePorts> = {},
    allowedOrigins: readonly string[] = [],
  ): Promise<EdgeRig> {
    const { clock, log } = this;
    const fatal: unknown[] = [];
    const rooms = this.outage.of(replaced.rooms ?? this.ports.rooms);
    const projection = createProjectionWatch({
      ...{ rooms, clock, logger: silent, partitions: PARTITIONS },
    });
    this.#stops.push(() => projection.stop());
    this.outage.watch(projection);
    await projection.start();
    const ports = {
      ...this.ports,
      ...{ projection, clock, log },
      users: this.outage.of(this.ports.users),
      sessions: this.outage.of(this.ports.sessions),
      ...replaced,
      rooms,
    };
    const edge = createEdge(ports, {
      ...EDGE_DEFAULTS,
      edgeId: randomUUID(),
      drainSpreadMs: 50,
      messageMaxLength: 8_000,
      models: { all: ['gpt-4o', 'gpt-4o-mini'], default: 'gpt-4o' },
      limits: { messages_per_window: 20, window_seconds: 60, messages_per_second: 5 },
      onFatal: (error) => fatal.push(error),
      ...config,
    });
    await edge.start();
    const server = createServer((_, response) => void response.writeHead(404).end());
    attachWebSockets(server, edge, { allowedOrigins, trustProxy: 0, logger: silent });
    const url = await listen(server);
    const stop = async (): Promise<void> => {
      await edge.stop();
      await projection.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    this.#stops.push(stop);
    return {
      ...{ edge, url, fatal, stop },
      open: (options) => NativeSocket.open(url, options),
      connect: ({ token }, auth = {}) => NativeSocket.connect(url, { token, ...auth }),
    };
  }

  /** An account with a session. */
  async somebody(name = `user${randomUUID().slice(0, 8)}`): Promise<Somebody> {
    const id = randomUUID();
    const created = await this.ports.users.create({
      ...{ id, username: name, email: null, display_name: name.toUpperCase() },
      ...{ role: 'user', password_hash: 'none' },
    });
    if (!('user' in created)) throw new Error(`${name} is taken`);
    return this.session(created.user);
  }

  /** Another session of an account. */
  async session(user: User): Promise<Somebody> {
    const sessionId = randomUUID();
    await this.sessionStore.create({
      ...{ id: sessionId, user_id: user.id, refresh_hash: randomUUID() },
      ...{ expires_at: Date.now() + SESSION_MS, user_agent: null, ip: null },
    });
    const token = this.ports.tokens.issueAccess({ user_id: user.id, session_id: sessionId });
    return { user, token, sessionId };
  }

  ticket({ user, sessionId }: Somebody): string {
    return this.ports.tokens.issueTicket({ user_id: user.id, session_id: sessionId }, randomUUID());
  }

  revoke({ sessionId }: Somebody): Promise<void> {
    return this.sessionStore.revoke(sessionId);
  }

  seq({ partition, offset }: Pick<Position, 'partition' | 'offset'>): Seq {
    void partition;
    return seqOf(this.log.identity.epoch, offset);
  }

  /** Appends an event as any node would, and answers its seq. */
  async append<T extends RoomEvent['type']>(type: T, roomId: Uuid, bare: Bare<T>): Promise<Seq> {
    const event = {
      ...{ v: 1, type, id: randomUUID(), room_id: roomId, log: this.log.identity.log_id },
      born: iso(Date.now()),
      ...bare,
    } as unknown as RoomEvent;
    const partition = partitionOf(roomId, PARTITIONS);
    return this.seq(
      await this.log.append({ topic: TOPICS.roomEvents, partition, ...encodeRoomEvent(event) }),
    );
  }

  /** A room, appended but perhaps not projected. The first of the people owns it. */
  async room(people: readonly Somebody[], options: RoomOptions = {}): Promise<RoomRig> {
    const { kind = 'group', mode = 'mention' } = options;
    const id = randomUUID();
    const created = await this.append('room.created', id, {
      by: people[0]?.user.id ?? '',
      kind,
      name: 'a room',
      visibility: 'private',
      assistant: { mode, model: null, system_prompt: null },
      members: people.map(({ user }, index) => ({
        ...person(user),
        role: index === 0 ? ('owner' as const) : ('member' as const),
      })),
    });
    return new RoomRig(this, id, created);
  }

  /** Appends chunks as a worker would. */
  async chunks(deltas: ChunkDelta[]): Promise<void> {
    await this.log.append({
      topic: TOPICS.replyChunks,
      partition: partitionOf(deltas[0]?.room_id ?? '', PARTITIONS),
      key: '',
      value: JSON.stringify({ v: 1, log: this.log.identity.log_id, deltas }),
    });
  }

  /** Resolves when the projection has this seq of a room. */
  async projected(roomId: Uuid, seq: Seq): Promise<void> {
    await until('the projection', 10_000, async () => {
      const next = await this.ports.rooms.positions(TOPICS.roomEvents);
      return seqOf(this.log.identity.epoch, next[partitionOf(roomId, PARTITIONS)] ?? 0) > seq;
    });
  }
}

/** One room, and what happens in it without passing through an edge. */
export class RoomRig {
  constructor(
    readonly rig: Rig,
    readonly id: Uuid,
    readonly created: Seq,
  ) {}

  post({ user }: Somebody, content: string): Promise<Seq> {
    const client_id = mintClientId();
    const sender_name = user.display_name;
    const id = messageId(this.id, user.id, client_id);
    const fields = { id, by: user.id, client_id, content, sender_name };
    return this.rig.append('message.posted', this.id, fields);
  }

  join({ user }: Somebody, by: Somebody, basis = 0): Promise<Seq> {
    const fields = { ...person(user), by: by.user.id, basis, role: 'member' as const };
    return this.rig.append('member.joined', this.id, fields);
  }

  kick({ user }: Somebody, by: Somebody, basis = this.created): Promise<Seq> {
    const fields = { user_id: user.id, by: by.user.id, basis, reason: 'kicked' as const };
    return this.rig.append('member.left', this.id, fields);
  }
}

function person(user: User) {
  return { user_id: user.id, username: user.username, display_name: user.display_name };
}

/** A port with some of its methods replaced. */
export function overriding<T extends object>(port: T, methods: Partial<T>): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(name in methods ? methods : target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

/** A `message.send` with an id of its own. */
export function message(
  room: { readonly id: Uuid },
  content: string,
  more: { readonly client_id?: string; readonly model?: string } = {},
): Extract<ClientFrame, { type: 'message.send' }> {
  return { type: 'message.send', room_id: room.id, client_id: mintClientId(), content, ...more };
}

/** What was logged as an error. */
export const errors: string[] = [];

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (_, text) => void errors.push(text),
};

export const metrics: Metrics = {
  count: () => undefined,
  gauge: () => undefined,
  observe: () => undefined,
};

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
}
