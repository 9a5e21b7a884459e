/** The client: connects, resumes, folds what it hears into its store, and sends until it is acknowledged. */
import {
  ParleyError,
  type ClientFrameOf,
  type ControlFrameOf,
  type EventFrame,
  type Member,
  type Message,
  type ResumePoint,
  type Seq,
  type ServerFrame,
  type User,
  type Uuid,
} from '@parley/contracts';
import {
  applyPresence,
  applyRead,
  applyReady,
  applyReplyChunk,
  applyReset,
  applySyncDone,
  applySyncState,
  applyTyping,
  markRead,
} from './apply-control.js';
import { applyEvent, leave } from './apply-event.js';
import type { ClientEvents } from './client-events.js';
import { Connection } from './connection.js';
import type { CloseReason, StateName } from './connection-state.js';
import { Emitter } from './emitter.js';
import { loadMembers, loadOlder, type Older } from './history.js';
import { postedMessage, show } from './messages.js';
import { DEFAULT_TIMING, type ClientOptions } from './options.js';
import { Outbox, type PendingSend, type SendOptions } from './outbox.js';
import { createRest, type Rest } from './rest.js';
import type { RoomView } from './room-view.js';
import { IdMint, ServerTime } from './server-time.js';
import { Store } from './store.js';
import { Syncs } from './syncs.js';
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
  const random = options.random ?? systemRandom;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const emitter = new Emitter<ClientEvents>(
    options.onListenerError ??
      ((error) =>
        queueMicrotask(() => {
          throw error;
        })),
  );
  const emit = emitter.emit.bind(emitter);
  const store = new Store(options.maxMessagesPerRoom ?? 10_000, emit, () => clock.now());
  const time = new ServerTime(clock);
  const rest = createRest({
    http: options.http ?? '',
    token: options.token,
    clock,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  /** Read marks that the server has not been told. */
  const marks = new Map<Uuid, Seq>();
  const typed = new Map<Uuid, number>();
  let authSentAt = 0;
  let resumed: ReadonlySet<Uuid> = new Set();
  let restOfResume: ResumePoint[][] = [];
  /** Of the current connection: whether the list of rooms is whole, or a frame of it is still to come. */
  let ready: 'awaited' | 'coming' | 'here' = 'awaited';

  const connection = new Connection(
    {
      url: options.url,
      token: options.token,
      connect: options.connect ?? connectPlatform,
      clock,
      random,
      timing,
      onFrame: options.onFrame,
    },
    {
      authFrame,
      received,
      lost() {
        ready = 'awaited';
        syncs.lost();
        outbox.lost();
      },
      changed(state, previous) {
        emit('state', {
          state: state.name,
          previous: previous.name,
          retryInMs: state.name === 'waiting' ? state.delayMs : null,
          reason: state.reason,
        });
        if (state.name === 'closed') outbox.rejectAll(unsent(state.reason));
      },
      unreadable: (error) =>
        emit('error', {
          error: new ParleyError('INTERNAL', 'A frame could not be used.', { cause: error }),
          ref: null,
        }),
    },
  );
  const syncs = new Syncs(store, { clock, random, timing }, (rooms) => {
    connection.send({ type: 'sync', rooms });
  });
  const outbox = new Outbox(
    { clock, random, timing, mint: new IdMint(time, random) },
    {
      maxPending: options.maxPending ?? 1000,
      inFlightPerRoom: Math.max(1, options.inFlightPerRoom ?? 1),
    },
    {
      open: (roomId) => ready === 'here' && !syncs.isActive(roomId),
      transmit: (frame) => connection.send(frame),
      changed: (roomId) => emit('pending', { roomId }),
    },
  );

  function authFrame(token: string): ClientFrameOf<'auth'> {
    authSentAt = clock.now();
    const [first, ...others] = syncs.resume();
    resumed = new Set([first ?? [], ...others].flat().map(({ room_id }) => room_id));
    restOfResume = others;
    return {
      type: 'auth',
      token,
      ...(first === undefined ? {} : { resume: first }),
      ...(others.length > 0 ? { more: true } : {}),
    };
  }

  function received(frame: ServerFrame): void {
    switch (frame.type) {
      case 'auth.success':
        store.me = frame.user;
        store.limits = frame.limits;
        time.observe(authSentAt, Date.parse(frame.server_time));
        restOfResume.forEach((rooms, at) => {
          connection.send({ type: 'sync', rooms, more: at < restOfResume.length - 1 });
        });
        restOfResume = [];
        break;
      case 'ready':
        roomsKnown(frame);
        break;
      case 'reply.chunk':
        if (!syncs.hold(frame.room_id, frame)) applyReplyChunk(store, frame);
        break;
      case 'sync.state':
        frame.messages.forEach(acknowledge);
        if (!syncs.stage(frame)) applySyncState(store, frame);
        break;
      case 'sync.done':
        synced(frame);
        break;
      case 'presence':
        applyPresence(store, frame);
        break;
      case 'typing':
        applyTyping(store, frame);
        break;
      case 'read':
        applyRead(store, frame);
        break;
      case 'error':
        failed(frame);
        break;
      case 'pong':
      case 'draining':
        break;
      default:
        event(frame);
    }
  }

  function event(frame: EventFrame): void {
    // A newer server may say things that this client does not know.
    if (!('seq' in frame) || !('at' in frame)) return;
    if (frame.type === 'message.posted' && frame.repeated === true) {
      // Out of line: it moves no seq, and what is not shown yet is shown when it comes in line.
      const message = postedMessage(frame);
      const view = store.rooms.get(frame.room_id);
      if (view?.messages.has(message.id) === true) show(store, view, message, 'live');
      acknowledge(message);
      return;
    }
    if (!syncs.hold(frame.room_id, frame)) applyEvent(store, frame);
    if (store.rooms.get(frame.room_id)?.membership === 'left' && syncs.isActive(frame.room_id)) {
      syncs.end(frame.room_id);
      settleSyncing();
    }
    if (frame.type === 'message.posted') acknowledge(postedMessage(frame));
  }

  function acknowledge(message: Message): void {
    if (message.sender_id !== null && message.sender_id === store.me?.id) {
      outbox.acknowledge(message);
    }
  }

  function roomsKnown(frame: ControlFrameOf<'ready'>): void {
    // Whoever is not in the new list went offline while we were away.
    if (ready === 'awaited') store.online.clear();
    applyReady(store, frame, resumed);
    if (frame.more === true) {
      if (ready === 'awaited') ready = 'coming';
      return;
    }
    ready = 'here';
    if (store.me !== null && store.limits !== null) {
      emit('ready', {
        user: store.me,
        limits: store.limits,
        partial: frame.partial === true,
      });
    }
    for (const [roomId, seq] of marks) tellRead(roomId, seq);
    outbox.flushAll();
    settleSyncing();
  }

  function synced(frame: ControlFrameOf<'sync.done'>): void {
    const staged = syncs.end(frame.room_id);
    const view = store.view(frame.room_id);
    const behind = frame.behind === true;
    if (staged !== undefined && !behind) applyReset(store, view, staged.rows);
    for (const later of staged?.later ?? []) received(later);
    applySyncDone(store, view, frame.through, behind);
    if (view.behind) syncs.retryBehind();
    outbox.flush(frame.room_id);
    settleSyncing();
  }

  function failed(frame: ControlFrameOf<'error'>): void {
    if (outbox.refused(frame)) return;
    const roomId = frame.ref;
    const view = roomId === undefined ? undefined : store.rooms.get(roomId);
    if (view !== undefined && syncs.isActive(view.id)) {
      syncs.end(view.id);
      view.syncing = false;
      if (frame.code === 'NOT_A_MEMBER' || frame.code === 'NOT_FOUND') leave(store, view);
      else {
        view.behind = true;
        syncs.retryBehind();
      }
      outbox.flush(view.id);
      settleSyncing();
    }
    const { retry_after_ms: retryAfterMs } = frame;
    emit('error', {
      error: new ParleyError(
        frame.code,
        frame.message,
        retryAfterMs === undefined ? {} : { retryAfterMs },
      ),
      ref: frame.ref ?? null,
    });
  }

  function settleSyncing(): void {
    if (ready === 'here' && syncs.idle) connection.synced();
  }

  function tellRead(roomId: Uuid, seq: Seq): void {
    marks.set(roomId, seq);
    if (ready !== 'here') return;
    if (connection.send({ type: 'read', room_id: roomId, seq })) marks.delete(roomId);
  }

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
      if (state.name === 'closed') throw unsent(state.reason)();
      return outbox.send(roomId, content, sendOptions);
    },
    pending: (roomId) => outbox.pending(roomId),
    read(roomId, seq) {
      const view = store.rooms.get(roomId);
      if (view?.room === null || view === undefined || seq <= view.room.last_read_seq) return;
      markRead(store, view, seq);
      tellRead(roomId, seq);
    },
    typing(roomId) {
      const now = clock.now();
      const last = typed.get(roomId);
      if (last !== undefined && now >= last && now - last < TYPING_EVERY_MS) return;
      if (ready === 'here' && connection.send({ type: 'typing', room_id: roomId })) {
        typed.set(roomId, now);
      }
    },
    stop: (roomId, replyId) =>
      ready === 'here' &&
      connection.send({ type: 'reply.stop', room_id: roomId, reply_id: replyId }),
    history: (roomId, page = {}) => loadOlder(store, rest, roomId, page),
    loadMembers: (roomId) => loadMembers(store, rest, roomId),
    serverNow: () => time.now(),
  };
}

/** What becomes of sends when the client is closed. */
function unsent(reason: CloseReason | null): () => ParleyError {
  return () =>
    new ParleyError('UNAVAILABLE', `The connection was closed: ${reason?.reason ?? 'unknown'}`, {
      cause: reason?.error ?? undefined,
    });
}
