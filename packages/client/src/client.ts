/** The client: connects, resumes, folds what it hears into its store, and sends until it is acknowledged. */
import type { Member, Message, Seq, User, Uuid } from '@parley/contracts';
import { markRead } from './apply-control.js';
import type { ClientEvents } from './client-events.js';
import type { CloseReason, StateName } from './connection-state.js';
import { Dialogue, unsent } from './dialogue.js';
import { Emitter } from './emitter.js';
import { loadMembers, loadOlder, type Older } from './history.js';
import { DEFAULT_TIMING, type ClientOptions } from './options.js';
import type { PendingSend, SendOptions } from './outbox.js';
import { createRest, type Rest } from './rest.js';
import type { RoomView } from './room-view.js';
import { Store } from './store.js';
import { connectPlatform, systemClock, systemRandom } from './system.js';

export interface ParleyClient {
  readonly state: StateName;
  /** Why the client is `closed`. */
  readonly closeReason: CloseReason | null;
  /** `null` until first authenticated. */
  readonly me: User | null;
  /** Every room that is known, also those one has left. */
  readonly rooms: ReadonlyMap<Uuid, RoomView>;
  readonly online: ReadonlySet<Uuid>;
  /** REST with this client's token. */
  readonly rest: Rest;
  /** Adds a listener; the answer removes it. */
  on<K extends keyof ClientEvents>(type: K, listener: (event: ClientEvents[K]) => void): () => void;
  /** Begins to connect; while waiting, tries at once; after a close, begins anew. Harmless otherwise. */
  connect(): void;
  /** Ends everything. Pending sends reject with `UNAVAILABLE`: of those on the wire the fate is unknown. */
  close(): void;
  /**
   * Sends a message, now or when there is a connection, again and again under one `client_id` until the server shows it
   * applied. Resolves with that message. Rejects with a `SendError` when it was refused for good, `UNAVAILABLE` when
   * too many are pending or the client was closed. There is no deadline: it waits as long as the client lives.
   */
  send(roomId: Uuid, content: string, options?: SendOptions): Promise<Message>;
  /** Sends of the room without an acknowledgement, in order. */
  pending(roomId: Uuid): readonly PendingSend[];
  /** Sends of all rooms without an acknowledgement. */
  readonly pendingCount: number;
  /** Marks as read, up to `seq`. Told to the server at once, or after the next connection. */
  read(roomId: Uuid, seq: Seq): void;
  /** Call it with each key: sent at most every 3 s, and only while connected. */
  typing(roomId: Uuid): void;
  /** Asks to stop an answer. False when there is no connection. An `error` with the reply's id follows if it may not. */
  stop(roomId: Uuid, replyId: Uuid): boolean;
  /** Loads the page just older than `before` (default: than the oldest known one) into the room, by REST. */
  history(roomId: Uuid, options?: { before?: Seq; limit?: number }): Promise<Older>;
  /** Loads all members of a room, by REST. */
  loadMembers(roomId: Uuid): Promise<ReadonlyMap<Uuid, Member>>;
  /** The server's time as this client knows it, Unix ms. */
  serverNow(): number;
}

/** Between two typing notes of a room, in ms. */
const TYPING_EVERY_MS = 3000;

/** A client that is not connected yet: add listeners, then `connect()`. Costs nothing until then. */
export function createClient(options: ClientOptions): ParleyClient {
  const clock = options.clock ?? systemClock;
  const emitter = new Emitter<ClientEvents>(options.onListenerError ?? throwOutside);
  const emit = emitter.emit.bind(emitter);
  const store = new Store(options.maxMessagesPerRoom ?? 10_000, emit, () => clock.now());
  const rest = createRest({
    http: options.http ?? '',
    token: options.token,
    clock,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  const dialogue = new Dialogue(
    {
      url: options.url,
      token: options.token,
      connect: options.connect ?? connectPlatform,
      clock,
      random: options.random ?? systemRandom,
      timing: { ...DEFAULT_TIMING, ...options.timing },
      onFrame: options.onFrame,
    },
    store,
    {
      maxPending: options.maxPending ?? 1000,
      inFlightPerRoom: Math.max(1, options.inFlightPerRoom ?? 1),
    },
  );
  const { connection, outbox } = dialogue;
  const typed = new Map<Uuid, number>();

  return {
    get state() {
      return connection.state.name;
    },
    get closeReason() {
      return connection.state.reason;
    },
    get me() {
      return store.me;
    },
    get pendingCount() {
      return outbox.size;
    },
    rooms: store.rooms,
    online: store.online,
    rest,
    on: (type, listener) => emitter.on(type, listener),
    connect: () => connection.start(),
    close: () => connection.close(),
    async send(roomId, content, sendOptions = {}) {
      const { state } = connection;
      if (state.name === 'closed') throw unsent(state.reason);
      return outbox.send(roomId, content, sendOptions);
    },
    pending: (roomId) => outbox.pending(roomId),
    read(roomId, seq) {
      const view = store.rooms.get(roomId);
      if (view === undefined || view.room === null || seq <= view.room.last_read_seq) return;
      markRead(store, view, seq);
      dialogue.tellRead(roomId, seq);
    },
    typing(roomId) {
      const now = clock.now();
      const last = typed.get(roomId);
      if (last !== undefined && now >= last && now - last < TYPING_EVERY_MS) return;
      if (dialogue.ready && connection.send({ type: 'typing', room_id: roomId })) {
        typed.set(roomId, now);
      }
    },
    stop: (roomId, replyId) =>
      dialogue.ready && connection.send({ type: 'reply.stop', room_id: roomId, reply_id: replyId }),
    history: (roomId, page = {}) => loadOlder(store, rest, roomId, page),
    loadMembers: (roomId) => loadMembers(store, rest, roomId),
    serverNow: () => dialogue.time.now(),
  };
}

function throwOutside(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
