/** One connection at a time, kept alive: what each state of connection-state.ts does. */
import {
  ParleyError,
  type ClientFrame,
  type ClientFrameOf,
  type ServerFrame,
} from '@parley/contracts';
import {
  IDLE,
  transition,
  type ConnectionEvent,
  type ConnectionState,
} from './connection-state.js';
import type {
  ClientOptions,
  Clock,
  Random,
  Timer,
  Timing,
  TokenSource,
  WebSocketLike,
} from './options.js';

export interface ConnectionHooks {
  /** The first frame of a new connection. */
  authFrame: (token: string) => ClientFrameOf<'auth'>;
  /** One frame, in order. A throw counts as a frame that could not be read. */
  received: (frame: ServerFrame) => void;
  /** The socket that was in use is gone. */
  lost: () => void;
  changed: (state: ConnectionState, previous: ConnectionState) => void;
  /** A frame could not be read, or made the client stumble: the connection is let go and resumed. */
  unreadable: (error: unknown) => void;
}

export interface ConnectionPorts {
  readonly url: string;
  readonly token: TokenSource;
  readonly connect: (url: string) => WebSocketLike;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: Timing;
  readonly onFrame: ClientOptions['onFrame'];
}

/** What `onclose` says of a connection that just broke. */
const BROKEN = 1006;

export class Connection {
  #state: ConnectionState = IDLE;
  #socket: WebSocketLike | null = null;
  /** The deadline of the state, or the end of its wait. */
  #timer: Timer | null = null;
  #heartbeat: Timer | null = null;
  /** Whether anything came since the heartbeat last looked. */
  #heard = false;
  /** Rises with every try: answers of an earlier one are ignored. */
  #tries = 0;

  constructor(
    private readonly ports: ConnectionPorts,
    private readonly hooks: ConnectionHooks,
  ) {}

  get state(): ConnectionState {
    return this.#state;
  }

  /** Begins, or cuts a wait short; harmless otherwise. */
  start(): void {
    this.#dispatch({ type: 'start' });
  }

  /** All rooms are up to date. */
  synced(): void {
    this.#dispatch({ type: 'synced', at: this.ports.clock.now() });
  }

  close(): void {
    this.#dispatch({ type: 'close' });
  }

  /** False when there is no socket to send on, or it failed: then the connection is already being replaced. */
  send(frame: ClientFrame): boolean {
    const socket = this.#socket;
    if (socket === null || this.#state.name === 'connecting') return false;
    this.ports.onFrame?.('out', frame, this.ports.clock.now());
    try {
      socket.send(JSON.stringify(frame));
      return true;
    } catch {
      this.#lose(BROKEN, 'sending failed');
      return false;
    }
  }

  #dispatch(event: ConnectionEvent): void {
    const previous = this.#state;
    const next = transition(previous, event, this.ports.timing);
    if (next === previous) return;
    this.#state = next;
    if (next.name === previous.name) return;
    this.#enter(next, previous);
  }

  #enter(next: ConnectionState, previous: ConnectionState): void {
    const { timing } = this.ports;
    this.#timer?.cancel();
    this.#timer = null;
    const hadSocket = this.#socket !== null;
    if (next.name === 'waiting' || next.name === 'closed') {
      this.#tries++;
      this.#release(next.name === 'closed' ? 'closed' : 'reconnecting');
    }
    if (next.name === 'waiting') this.#arm(next.delayMs, () => this.#dispatch({ type: 'due' }));
    if (next.name === 'connecting') this.#arm(timing.connectMs, () => this.#expire('connecting'));
    if (next.name === 'authenticating') this.#arm(timing.authMs, () => this.#expire('auth'));
    if (hadSocket && this.#socket === null) this.hooks.lost();
    this.hooks.changed(next, previous);
    // Listeners of all this may have closed the connection meanwhile.
    if (next.name === 'connecting' && this.#state === next) this.#connect(next.renew);
  }

  #arm(ms: number, task: () => void): void {
    this.#timer = this.ports.clock.after(ms, task);
  }

  #expire(what: string): void {
    this.#lose(BROKEN, `no answer in time (${what})`);
  }

  #connect(fresh: boolean): void {
    const mine = ++this.#tries;
    // Called at once, so that a token at hand costs no extra turn before its promise settles.
    this.#token(fresh).then(
      (token) => {
        if (mine === this.#tries) this.#open(token, mine);
      },
      (error: unknown) => {
        if (mine !== this.#tries) return;
        const known = error instanceof ParleyError ? error : null;
        const final = known !== null && !known.retriable && known.status < 500;
        const fraction = this.ports.random.fraction();
        this.#dispatch({ type: 'refused', error: known, final, fraction });
      },
    );
  }

  async #token(fresh: boolean): Promise<string> {
    return this.ports.token({ fresh });
  }

  #open(token: string, mine: number): void {
    let socket: WebSocketLike;
    try {
      socket = this.ports.connect(this.ports.url);
    } catch (error) {
      this.hooks.unreadable(error);
      this.#lose(BROKEN, 'no socket could be opened');
      return;
    }
    this.#socket = socket;
    socket.onopen = () => {
      if (mine !== this.#tries) return;
      this.#dispatch({ type: 'opened' });
      this.send(this.hooks.authFrame(token));
      this.#beat();
    };
    socket.onmessage = (text) => {
      if (mine === this.#tries) this.#receive(text, mine);
    };
    socket.onclose = (code, reason) => {
      if (mine === this.#tries) this.#lose(code, reason);
    };
  }

  #receive(text: string, mine: number): void {
    const { clock, onFrame } = this.ports;
    this.#heard = true;
    const at = clock.now();
    let frames: ServerFrame[];
    try {
      const parsed = JSON.parse(text) as ServerFrame | ServerFrame[];
      frames = Array.isArray(parsed) ? parsed : [parsed];
    } catch (error) {
      this.#stumble(error);
      return;
    }
    for (const frame of frames) {
      onFrame?.('in', frame, at);
      try {
        this.hooks.received(frame);
      } catch (error) {
        this.#stumble(error);
        return;
      }
      // The frame may have ended this connection, by way of a listener.
      if (mine !== this.#tries) return;
      if (frame.type === 'auth.success') this.#dispatch({ type: 'authenticated' });
      if (frame.type === 'draining') {
        this.#dispatch({ type: 'draining', retryAfterMs: frame.retry_after_ms });
      }
    }
  }

  /** It might have been an event: going on would leave a gap, resuming does not. */
  #stumble(error: unknown): void {
    this.hooks.unreadable(error);
    this.#lose(BROKEN, 'a frame could not be read');
  }

  #lose(code: number, reason: string): void {
    const at = this.ports.clock.now();
    this.#dispatch({ type: 'lost', code, reason, at, fraction: this.ports.random.fraction() });
  }

  #release(reason: string): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.onerror = null;
    socket.close(1000, reason);
  }

  /**
   * A silent socket is asked for a sign of life; one that gives none is dead, whatever the platform believes. Found
   * within twice `idleMs` and `pongMs`, also when the local clock jumps.
   */
  #beat(): void {
    const { clock, timing } = this.ports;
    this.#heard = false;
    this.#heartbeat = clock.after(timing.idleMs, () => {
      if (this.#heard) {
        this.#beat();
        return;
      }
      if (!this.send({ type: 'ping', t: clock.now() })) return;
      this.#heartbeat = clock.after(timing.pongMs, () => {
        if (this.#heard) this.#beat();
        else this.#lose(BROKEN, 'no sign of life');
      });
    });
  }
}
