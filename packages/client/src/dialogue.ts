/**
 * What is said on a connection and what follows from it: the order of authentication, `ready`, syncs and live frames; who
 * is acknowledged; what is asked again. What a frame *means* for the store is apply-event.ts and apply-control.ts.
 */
import {
  ParleyError,
  type ClientFrameOf,
  type ControlFrameOf,
  type EventFrame,
  type Message,
  type ResumePoint,
  type Seq,
  type ServerFrame,
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
} from './apply-control.js';
import { applyEvent, leave } from './apply-event.js';
import { Connection, type ConnectionPorts } from './connection.js';
import type { CloseReason, ConnectionState } from './connection-state.js';
import { postedMessage, show } from './messages.js';
import { Outbox } from './outbox.js';
import { IdMint, ServerTime } from './server-time.js';
import type { Store } from './store.js';
import { Syncs } from './syncs.js';

export class Dialogue {
  readonly connection: Connection;
  readonly outbox: Outbox;
  readonly time: ServerTime;
  readonly #syncs: Syncs;
  /** Read marks that the server has not been told. */
  readonly #marks = new Map<Uuid, Seq>();
  #authSentAt = 0;
  #resumed: ReadonlySet<Uuid> = new Set();
  #restOfResume: ResumePoint[][] = [];
  /** Of the current connection: whether the list of rooms is whole, or a frame of it is still to come. */
  #rooms: 'awaited' | 'coming' | 'here' = 'awaited';
  /** The server could not name all rooms yet. */
  #partial = false;

  constructor(
    private readonly ports: ConnectionPorts,
    private readonly store: Store,
    bounds: { maxPending: number; inFlightPerRoom: number },
  ) {
    this.time = new ServerTime(ports.clock);
    this.connection = new Connection(ports, {
      authFrame: (token) => this.#authFrame(token),
      received: (frame) => this.#received(frame),
      lost: () => this.#lost(),
      changed: (state, previous) => this.#changed(state, previous),
      unreadable: (cause) => this.#fail(new ParleyError('INTERNAL', 'Unusable frame.', { cause })),
    });
    this.#syncs = new Syncs(store, ports, (rooms) => {
      this.connection.send({ type: 'sync', rooms });
    });
    this.outbox = new Outbox({ ...ports, mint: new IdMint(this.time, ports.random) }, bounds, {
      open: (roomId) => this.ready && !this.#syncs.isActive(roomId),
      transmit: (frame) => this.connection.send(frame),
      changed: (roomId) => store.emit('pending', { roomId }),
    });
  }

  /** Whether the server listens to more than the first frame. */
  get ready(): boolean {
    return this.#rooms === 'here';
  }

  /** Tells a read mark, now or after the next connection. */
  tellRead(roomId: Uuid, seq: Seq): void {
    this.#marks.set(roomId, seq);
    if (!this.ready) return;
    if (this.connection.send({ type: 'read', room_id: roomId, seq })) this.#marks.delete(roomId);
  }

  #authFrame(token: string): ClientFrameOf<'auth'> {
    this.#authSentAt = this.ports.clock.now();
    const [first, ...others] = this.#syncs.resume();
    this.#resumed = new Set([first ?? [], ...others].flat().map(({ room_id }) => room_id));
    this.#restOfResume = others;
    return {
      type: 'auth',
      token,
      ...(first === undefined ? {} : { resume: first }),
      ...(others.length > 0 ? { more: true } : {}),
    };
  }

  #received(frame: ServerFrame): void {
    const { store } = this;
    switch (frame.type) {
      case 'auth.success':
        this.#authenticated(frame);
        break;
      case 'ready':
        this.#roomsKnown(frame);
        break;
      case 'reply.chunk':
        if (!this.#syncs.hold(frame.room_id, frame)) applyReplyChunk(store, frame);
        break;
      case 'sync.state':
        for (const message of frame.messages) this.#acknowledge(message);
        if (!this.#syncs.stage(frame)) applySyncState(store, frame);
        break;
      case 'sync.done':
        this.#synced(frame);
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
        this.#refused(frame);
        break;
      case 'pong':
      case 'draining':
        break;
      default:
        this.#event(frame);
    }
  }

  #authenticated(frame: ControlFrameOf<'auth.success'>): void {
    this.store.me = frame.user;
    this.store.limits = frame.limits;
    this.time.observe(this.#authSentAt, Date.parse(frame.server_time));
    const pages = this.#restOfResume;
    this.#restOfResume = [];
    pages.forEach((rooms, at) => {
      this.connection.send({ type: 'sync', rooms, more: at < pages.length - 1 });
    });
  }

  #roomsKnown(frame: ControlFrameOf<'ready'>): void {
    const { store } = this;
    // Whoever is not in the new list went offline while we were away.
    if (this.#rooms === 'awaited') store.online.clear();
    applyReady(store, frame, this.#resumed);
    if (frame.more === true) {
      if (this.#rooms === 'awaited') this.#rooms = 'coming';
      return;
    }
    this.#rooms = 'here';
    this.#partial = frame.partial === true;
    if (store.me !== null && store.limits !== null) {
      const { me: user, limits } = store;
      store.emit('ready', { user, limits, partial: this.#partial });
    }
    for (const [roomId, seq] of this.#marks) this.tellRead(roomId, seq);
    this.outbox.flushAll();
    this.#maybeLive();
  }

  #synced(frame: ControlFrameOf<'sync.done'>): void {
    const staged = this.#syncs.end(frame.room_id);
    const view = this.store.view(frame.room_id);
    const behind = frame.behind === true;
    if (staged !== undefined && !behind) applyReset(this.store, view, staged.rows);
    for (const later of staged?.later ?? []) this.#received(later);
    applySyncDone(this.store, view, frame.through, behind);
    if (view.behind) this.#syncs.retryBehind();
    this.outbox.flush(frame.room_id);
    this.#maybeLive();
  }

  #event(frame: EventFrame): void {
    // A newer server may say things that this client does not know.
    if (!('seq' in frame) || !('at' in frame)) return;
    const { store } = this;
    if (frame.type === 'message.posted' && frame.repeated === true) {
      // Out of line: it moves no seq, and what is not shown yet is shown when it comes in line.
      const message = postedMessage(frame);
      const view = store.rooms.get(frame.room_id);
      if (view?.messages.has(message.id) === true) show(store, view, message, 'live');
      this.#acknowledge(message);
      return;
    }
    if (!this.#syncs.hold(frame.room_id, frame)) applyEvent(store, frame);
    if (frame.type === 'message.posted') this.#acknowledge(postedMessage(frame));
    if (store.rooms.get(frame.room_id)?.membership === 'left') this.#abandonSync(frame.room_id);
  }

  #acknowledge(message: Message): void {
    if (message.sender_id !== null && message.sender_id === this.store.me?.id) {
      this.outbox.acknowledge(message);
    }
  }

  #refused(frame: ControlFrameOf<'error'>): void {
    if (this.outbox.refused(this.#partial ? excused(frame) : frame)) return;
    const view = frame.ref === undefined ? undefined : this.store.rooms.get(frame.ref);
    if (view !== undefined && this.#syncs.isActive(view.id)) {
      if (frame.code === 'NOT_A_MEMBER' || frame.code === 'NOT_FOUND') leave(this.store, view);
      else {
        view.behind = true;
        this.#syncs.retryBehind();
      }
      view.syncing = false;
      this.#abandonSync(view.id);
      this.outbox.flush(view.id);
    }
    const { code, message, retry_after_ms: retryAfterMs } = frame;
    const options = retryAfterMs === undefined ? {} : { retryAfterMs };
    this.#fail(new ParleyError(code, message, options), frame.ref ?? null);
  }

  #abandonSync(roomId: Uuid): void {
    if (!this.#syncs.isActive(roomId)) return;
    this.#syncs.end(roomId);
    this.#maybeLive();
  }

  #maybeLive(): void {
    if (this.ready && this.#syncs.idle) this.connection.synced();
  }

  #lost(): void {
    this.#rooms = 'awaited';
    this.#syncs.lost();
    this.outbox.lost();
  }

  #changed(state: ConnectionState, previous: ConnectionState): void {
    this.store.emit('state', {
      state: state.name,
      previous: previous.name,
      retryInMs: state.name === 'waiting' ? state.delayMs : null,
      reason: state.reason,
    });
    if (state.name === 'closed') this.outbox.rejectAll(() => unsent(state.reason));
  }

  #fail(error: ParleyError, ref: string | null = null): void {
    this.store.emit('error', { error, ref });
  }
}

/**
 * A server that does not know all rooms of its user takes him for a stranger in some. Unless the log has judged the event,
 * that is for now.
 */
function excused(frame: ControlFrameOf<'error'>): ControlFrameOf<'error'> {
  const forNow = frame.code === 'NOT_A_MEMBER' && frame.reason === undefined;
  return forNow ? { ...frame, code: 'UNAVAILABLE' } : frame;
}

/** What becomes of sends when the client is closed. */
export function unsent(reason: CloseReason | null): ParleyError {
  return new ParleyError('UNAVAILABLE', `The connection was closed: ${reason?.reason ?? 'why'}`, {
    cause: reason?.error ?? undefined,
  });
}
