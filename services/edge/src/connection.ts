/**
 * One socket's life (see state.ts): who it is, what it says, when it ends. What it may do once it is admitted is the
 * reception's affair.
 */
import {
  CLOSE,
  MAX_BAD_FRAMES_PER_MINUTE,
  type ClientFrame,
  type CloseCode,
  type ClientFrameOf,
  type ControlFrame,
} from '@parley/contracts';
import type { Clock, Timer } from '@parley/ports';
import type { ConnectedUser } from './connected-user.js';
import type { AcceptRequest, EdgeSocket, SocketEvents } from './edge-socket.js';
import { controlFrame, parseFrame, refOf } from './frames.js';
import type { Failure } from './hearer.js';
import { Outbox, type DrainWatch, type OutboxLimits } from './outbox.js';
import { LIFE, type ConnectionEvent, type ConnectionState } from './state.js';

/** Frames that may come before the connection is admitted. */
const MAX_HELD = 1_000;
/** How long a closed socket has to say goodbye before it is cut, in ms. */
const GOODBYE_MS = 5_000;
const MINUTE_MS = 60_000;

/** Whoever takes in connections. */
export interface Reception {
  /** `auth` was said: {@link Connection.admitted} or {@link Connection.end} follows. Never throws. */
  enter(connection: Connection, frame: ClientFrameOf<'auth'>): void;
  handle(user: ConnectedUser, frame: Exclude<ClientFrame, { type: 'auth' }>): void;
  /** It reads again, after a congestion. */
  drained(user: ConnectedUser): void;
  /** It gave up a socket that did not read. */
  overflowed(): void;
  /** Called once, whatever its state was. */
  forget(connection: Connection): void;
}

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly watch: DrainWatch;
  readonly limits: OutboxLimits;
  readonly authTimeoutMs: number;
  readonly pingIntervalMs: number;
}

export class Connection implements SocketEvents {
  readonly outbox: Outbox;
  readonly #socket: EdgeSocket;
  readonly #reception: Reception;
  readonly #options: ConnectionOptions;
  readonly #silence: Timer;
  #state: ConnectionState = 'opening';
  #held: Exclude<ClientFrame, { type: 'auth' }>[] = [];
  #badSince = 0;
  #bad = 0;
  #pingAt: number;
  #answered = true;
  #forgotten = false;
  #goodbye: Timer | undefined;
  #ending: { code: CloseCode; reason: string } = { code: CLOSE.goingAway, reason: '' };
  #retryAfterMs = 0;
  /** Set once it is known who it is. */
  user: ConnectedUser | undefined;

  constructor(
    socket: EdgeSocket,
    readonly request: AcceptRequest,
    reception: Reception,
    options: ConnectionOptions,
  ) {
    this.#socket = socket;
    this.#reception = reception;
    this.#options = options;
    this.outbox = new Outbox({
      socket,
      limits: options.limits,
      watch: options.watch,
      onOverflow: () => this.#overflow(),
      onDrained: () => {
        if (this.user !== undefined) reception.drained(this.user);
      },
    });
    this.#silence = options.clock.after(options.authTimeoutMs, () => this.#step('timeout'));
    this.#pingAt = options.clock.now() + options.pingIntervalMs;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  message(data: string | Uint8Array, binary: boolean): void {
    if (this.#state === 'closed') return;
    this.#answered = true;
    if (binary) {
      this.#badFrame({ message: 'Frames are text.' });
      return;
    }
    const text = typeof data === 'string' ? data : Buffer.from(data).toString('utf8');
    const parsed = parseFrame(text);
    if (!parsed.ok) this.#badFrame(parsed);
    else if (parsed.frame.type === 'auth') this.#step('auth', parsed.frame);
    else this.#step('frame', parsed.frame);
  }

  pong(): void {
    this.#answered = true;
  }

  closed(): void {
    this.#goodbye?.cancel();
    this.#step('gone');
  }

  /** It knows its rooms now. */
  admitted(): void {
    this.#step('admitted');
  }

  /** Tells why, if there is something to tell, and closes. */
  end(code: CloseCode, reason: string, failure?: Failure): void {
    if (this.#state === 'closed') return;
    if (failure !== undefined) this.#tell({ type: 'error', ...failure });
    this.#ending = { code, reason };
    this.#step('end');
  }

  /** Tells it to move; a connection that was not admitted is closed at once. */
  drain(retryAfterMs: number): void {
    this.#retryAfterMs = retryAfterMs;
    this.#step('drain');
  }

  /** Pings when it is time; a socket that has not answered the last one is cut. */
  tick(now: number): void {
    if (this.#state === 'closed' || now < this.#pingAt) return;
    if (!this.#answered) {
      this.#socket.terminate();
      this.closed();
      return;
    }
    this.#answered = false;
    this.#pingAt = now + this.#options.pingIntervalMs;
    this.#socket.ping();
  }

  #step(event: ConnectionEvent, frame?: ClientFrame): void {
    const { to, action } = LIFE[this.#state][event];
    this.#state = to;
    switch (action) {
      case 'authenticate':
        if (frame?.type === 'auth') this.#reception.enter(this, frame);
        break;
      case 'ask_for_auth':
        this.#badFrame(
          { message: 'The first frame is `auth`.', ...referring(frame) },
          'AUTH_REQUIRED',
        );
        break;
      case 'refuse_auth':
        this.#badFrame({ message: '`auth` was said before.' });
        break;
      case 'hold':
        if (frame !== undefined && frame.type !== 'auth') this.#hold(frame);
        break;
      case 'handle':
        if (frame !== undefined && frame.type !== 'auth') this.#handle(frame);
        break;
      case 'release':
        this.#release();
        break;
      case 'announce':
        this.#tell({ type: 'draining', retry_after_ms: this.#retryAfterMs });
        break;
      case 'time_out':
        this.#tell({ type: 'error', code: 'AUTH_TIMEOUT', message: 'Authenticate in time.' });
        this.#close(CLOSE.authTimeout, 'authentication timed out');
        break;
      case 'restart':
        this.#close(CLOSE.restart, 'the edge restarts');
        break;
      case 'close':
        this.#close(this.#ending.code, this.#ending.reason);
        break;
      case 'forget':
        this.#forget();
        break;
      case 'ignore':
        break;
    }
  }

  #hold(frame: Exclude<ClientFrame, { type: 'auth' }>): void {
    if (frame.type === 'ping') this.#tell({ type: 'pong', t: frame.t });
    else if (this.#held.length < MAX_HELD) this.#held.push(frame);
    else {
      const message = 'Too many frames before `ready`.';
      this.#tell({ type: 'error', code: 'RATE_LIMIT_EXCEEDED', message, ...referring(frame) });
    }
  }

  #release(): void {
    this.#silence.cancel();
    const held = this.#held;
    this.#held = [];
    for (const frame of held) this.#handle(frame);
  }

  #handle(frame: Exclude<ClientFrame, { type: 'auth' }>): void {
    if (this.user !== undefined && !this.user.closed) this.#reception.handle(this.user, frame);
  }

  #badFrame(
    bad: { readonly message: string; readonly ref?: string },
    code: 'VALIDATION_FAILED' | 'AUTH_REQUIRED' = 'VALIDATION_FAILED',
  ): void {
    const { message, ref } = bad;
    this.#tell({ type: 'error', code, message, ...(ref === undefined ? {} : { ref }) });
    const now = this.#options.clock.now();
    if (now - this.#badSince >= MINUTE_MS) {
      this.#badSince = now;
      this.#bad = 0;
    }
    this.#bad += 1;
    if (this.#bad >= MAX_BAD_FRAMES_PER_MINUTE) this.end(CLOSE.policy, 'too many bad frames');
  }

  #overflow(): void {
    if (this.#state === 'closed') return;
    this.#reception.overflowed();
    const message = 'You read too slowly: come back with your seqs.';
    // Past the outbox, which takes nothing more.
    this.#socket.send(controlFrame({ type: 'error', code: 'SLOW_CONSUMER', message }));
    this.end(CLOSE.tryAgainLater, 'too slow');
  }

  #tell(frame: ControlFrame): void {
    this.outbox.send(controlFrame(frame));
  }

  #close(code: number, reason: string): void {
    this.#forget();
    this.#socket.close(code, reason);
    this.#goodbye = this.#options.clock.after(GOODBYE_MS, () => this.#socket.terminate());
  }

  #forget(): void {
    if (this.#forgotten) return;
    this.#forgotten = true;
    this.#silence.cancel();
    this.#held = [];
    this.outbox.close();
    this.#reception.forget(this);
  }
}

function referring(frame: object | undefined): { ref?: string } {
  const ref = frame === undefined ? undefined : refOf(frame);
  return ref === undefined ? {} : { ref };
}
