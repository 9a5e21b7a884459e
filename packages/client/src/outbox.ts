/**
 * Messages on their way. A send is pending until the server shows it applied (its own event, its echo, or its row), and
 * is sent again with the same `client_id` until then: over lost answers, other edges, refusals that promise that waiting
 * helps. The server makes one message of all of them.
 *
 * One send of a room is under way at a time (`inFlightPerRoom`), the next follows its answer; so one's own messages keep
 * their order through every retry. Rooms do not wait for each other.
 */
import {
  MAX_FRAME_BYTES,
  ParleyError,
  RETRIABLE_CODES,
  type ClientFrameOf,
  type ControlFrameOf,
  type ErrorCode,
  type Message,
  type Uuid,
  type VoidReason,
} from '@parley/contracts';
import type { Clock, Random, Timer, Timing } from './options.js';
import type { IdMint } from './server-time.js';

export interface SendOptions {
  replyTo?: Uuid;
  /** The model to ask, in rooms with an assistant. */
  model?: string;
}

/** A send that is not acknowledged yet, as it is shown. */
export interface PendingSend {
  /** Names the send within this client. */
  readonly key: number;
  readonly roomId: Uuid;
  readonly content: string;
  readonly replyTo: Uuid | null;
  readonly model: string | null;
  /** `null` until it is first sent: ids are minted from the server's time. Never changes afterwards. */
  readonly clientId: Uuid | null;
  /** `queued`: not on the wire. `sent`: an answer is awaited. `waiting`: refused for now, sent again later. */
  readonly status: 'queued' | 'sent' | 'waiting';
  /** How often it was sent. */
  readonly tries: number;
}

/** A send that the server has refused for good. */
export class SendError extends ParleyError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly roomId: Uuid,
    readonly clientId: Uuid | null,
    /** Why the log voided it, if it came so far. */
    readonly reason: VoidReason | null,
  ) {
    super(code, message);
    this.name = 'SendError';
  }
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };
interface Pending extends Changing<PendingSend> {
  /** Refusals in a row of a kind that seldom passes. */
  refusals: number;
  timer: Timer | null;
  resolve: (message: Message) => void;
  reject: (error: ParleyError) => void;
}

/**
 * Refusals that may pass, a few times. A `STALE` record never entered the room, and the same id sent again is judged anew;
 * a new id in its place could double the message if another copy of the old one is still under way.
 */
const SELDOM_PASSES: ReadonlySet<ErrorCode> = new Set(['STALE', 'INTERNAL']);
const MAX_REFUSALS = 4;
/** About the connection or the answer, not about the message: its fate is still to be told. */
const NOT_ABOUT_THE_MESSAGE: ReadonlySet<ErrorCode> = new Set([
  'AUTH_REQUIRED',
  'AUTH_FAILED',
  'AUTH_TIMEOUT',
  'SESSION_REVOKED',
  'SLOW_CONSUMER',
  'AI_BUSY',
  'AI_BUDGET_EXCEEDED',
  'AI_ERROR',
]);
/** Shortest pause after a refusal that names none, in ms. */
const PAUSE_MS = 1000;
const PAUSE_MAX_MS = 15_000;
/** Stands in for an id when a frame is measured. */
const ANY_ID = '00000000-0000-7000-8000-000000000000';

export class Outbox {
  readonly #rooms = new Map<Uuid, Pending[]>();
  readonly #byClientId = new Map<Uuid, Pending>();
  #keys = 0;
  #size = 0;

  constructor(
    private readonly ports: { clock: Clock; random: Random; timing: Timing; mint: IdMint },
    private readonly bounds: { maxPending: number; inFlightPerRoom: number },
    private readonly hooks: {
      /** Whether the room may be sent to now. */
      open: (roomId: Uuid) => boolean;
      transmit: (frame: ClientFrameOf<'message.send'>) => boolean;
      changed: (roomId: Uuid) => void;
    },
  ) {}

  get size(): number {
    return this.#size;
  }

  pending(roomId: Uuid): readonly PendingSend[] {
    return this.#rooms.get(roomId) ?? [];
  }

  /** Resolves with the message once it is acknowledged; rejects with a {@link SendError}, or when the client is closed. */
  send(roomId: Uuid, content: string, options: SendOptions): Promise<Message> {
    const refused = this.#refuse(roomId, content, options);
    if (refused !== null) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      const queue = this.#rooms.get(roomId) ?? [];
      this.#rooms.set(roomId, queue);
      this.#size++;
      queue.push({
        key: ++this.#keys,
        roomId,
        content,
        replyTo: options.replyTo ?? null,
        model: options.model ?? null,
        clientId: null,
        status: 'queued',
        tries: 0,
        refusals: 0,
        timer: null,
        resolve,
        reject,
      });
      this.hooks.changed(roomId);
      this.flush(roomId);
    });
  }

  #refuse(roomId: Uuid, content: string, options: SendOptions): ParleyError | null {
    const refuse = (code: ErrorCode, message: string) =>
      new SendError(code, message, roomId, null, null);
    if (content === '') return refuse('VALIDATION_FAILED', 'A message needs some text.');
    if (this.#size >= this.bounds.maxPending) {
      return refuse('UNAVAILABLE', `${this.#size} messages are waiting to be sent already.`);
    }
    // A frame above the limit would cost the connection, again and again.
    const text = JSON.stringify(frameOf({ roomId, content, ...options, clientId: ANY_ID }));
    if (
      text.length * 3 > MAX_FRAME_BYTES &&
      new TextEncoder().encode(text).length > MAX_FRAME_BYTES
    ) {
      return refuse('MESSAGE_TOO_LONG', 'The message is too long.');
    }
    return null;
  }

  /** Puts on the wire what may be under way in the room. */
  flush(roomId: Uuid): void {
    const queue = this.#rooms.get(roomId);
    if (queue === undefined || !this.hooks.open(roomId)) return;
    for (const entry of queue.slice(0, this.bounds.inFlightPerRoom)) {
      if (entry.status === 'queued') this.#transmit(entry);
    }
  }

  flushAll(): void {
    for (const roomId of [...this.#rooms.keys()]) this.flush(roomId);
  }

  #transmit(entry: Pending): void {
    if (entry.clientId === null) {
      entry.clientId = this.ports.mint.mint();
      this.#byClientId.set(entry.clientId, entry);
    }
    const { roomId, content, replyTo, model, clientId } = entry;
    const frame = frameOf({
      roomId,
      content,
      clientId,
      ...(replyTo === null ? {} : { replyTo }),
      ...(model === null ? {} : { model }),
    });
    entry.status = 'sent';
    entry.tries++;
    this.#after(entry, this.ports.timing.acknowledgeMs);
    // Not sent after all: the connection is being let go, and `lost` queues it again.
    this.hooks.transmit(frame);
    this.hooks.changed(roomId);
  }

  /** Whatever it waited for did not come: it goes on the wire again when its room may be sent to. */
  #after(entry: Pending, ms: number): void {
    entry.timer?.cancel();
    entry.timer = this.ports.clock.after(ms, () => {
      entry.timer = null;
      entry.status = 'queued';
      this.flush(entry.roomId);
    });
  }

  /** The message was shown applied. True when a send was waiting for it. */
  acknowledge(message: Message): boolean {
    const entry = message.client_id === null ? undefined : this.#byClientId.get(message.client_id);
    if (entry === undefined || entry.roomId !== message.room_id) return false;
    this.#remove(entry);
    entry.resolve(message);
    this.hooks.changed(entry.roomId);
    this.flush(entry.roomId);
    return true;
  }

  /** The server said no to `ref`. True when that is a send of ours and the answer was for it. */
  refused(frame: ControlFrameOf<'error'>): boolean {
    const entry = frame.ref === undefined ? undefined : this.#byClientId.get(frame.ref);
    if (entry === undefined) return false;
    const { code, message } = frame;
    if (NOT_ABOUT_THE_MESSAGE.has(code)) return false;
    if (RETRIABLE_CODES.has(code)) {
      this.#pause(entry, frame.retry_after_ms);
      return true;
    }
    if (SELDOM_PASSES.has(code) && ++entry.refusals < MAX_REFUSALS) {
      this.#pause(entry, frame.retry_after_ms);
      return true;
    }
    this.#remove(entry);
    const reason = frame.reason ?? null;
    entry.reject(new SendError(code, message, entry.roomId, entry.clientId, reason));
    this.hooks.changed(entry.roomId);
    this.flush(entry.roomId);
    return true;
  }

  #pause(entry: Pending, retryAfterMs: number | undefined): void {
    const range = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.min(entry.tries, 10));
    const jitter = this.ports.random.fraction();
    entry.status = 'waiting';
    this.#after(entry, retryAfterMs === undefined ? PAUSE_MS / 2 + jitter * range : retryAfterMs);
    this.hooks.changed(entry.roomId);
  }

  /** The connection is gone: what was on it may or may not have arrived, and will be sent again. */
  lost(): void {
    for (const [roomId, queue] of this.#rooms) {
      for (const entry of queue) {
        if (entry.status !== 'sent') continue;
        entry.timer?.cancel();
        entry.timer = null;
        entry.status = 'queued';
      }
      this.hooks.changed(roomId);
    }
  }

  /** Ends everything: whether a send that was on the wire has arrived stays unknown. */
  rejectAll(error: (entry: PendingSend) => ParleyError): void {
    const all = [...this.#rooms.values()].flat();
    for (const entry of all) {
      this.#remove(entry);
      entry.reject(error(entry));
    }
    for (const roomId of new Set(all.map((entry) => entry.roomId))) this.hooks.changed(roomId);
  }

  #remove(entry: Pending): void {
    entry.timer?.cancel();
    entry.timer = null;
    if (entry.clientId !== null) this.#byClientId.delete(entry.clientId);
    const queue = this.#rooms.get(entry.roomId);
    const at = queue?.indexOf(entry) ?? -1;
    if (queue === undefined || at < 0) return;
    queue.splice(at, 1);
    this.#size--;
    if (queue.length === 0) this.#rooms.delete(entry.roomId);
  }
}

function frameOf(send: {
  roomId: Uuid;
  content: string;
  clientId: Uuid;
  replyTo?: Uuid;
  model?: string;
}): ClientFrameOf<'message.send'> {
  return {
    type: 'message.send',
    room_id: send.roomId,
    client_id: send.clientId,
    content: send.content,
    ...(send.replyTo === undefined ? {} : { reply_to: send.replyTo }),
    ...(send.model === undefined ? {} : { model: send.model }),
  };
}
