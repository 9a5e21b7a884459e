/**
 * What goes out to one socket. Below the soft cap everything does; above it ticks of answers and typing are spared, and
 * paced senders wait; above the hard cap the socket is given up, since whoever does not read must not fill our memory.
 */
import type { Clock, Timer } from '@parley/ports';
import type { EdgeSocket } from './edge-socket.js';

/** Between two looks at sockets that somebody waits for. The transport tells its backlog but not when it shrinks. */
const LOOK_MS = 20;

/** Looks at congested outboxes while there are any. */
export class DrainWatch {
  readonly #clock: Clock;
  readonly #watched = new Set<Outbox>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  watch(outbox: Outbox): void {
    this.#watched.add(outbox);
    this.#timer ??= this.#clock.after(LOOK_MS, () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    for (const outbox of this.#watched) {
      if (outbox.congested) continue;
      this.#watched.delete(outbox);
      outbox.drained();
    }
    if (this.#watched.size > 0) this.#timer = this.#clock.after(LOOK_MS, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#watched.clear();
  }
}

export interface OutboxLimits {
  readonly softOutboxBytes: number;
  readonly hardOutboxBytes: number;
}

export class Outbox {
  readonly #socket: EdgeSocket;
  readonly #limits: OutboxLimits;
  readonly #watch: DrainWatch;
  readonly #onOverflow: () => void;
  readonly #onDrained: () => void;
  #waiting: ((open: boolean) => void)[] = [];
  #closed = false;

  constructor(options: {
    readonly socket: EdgeSocket;
    readonly limits: OutboxLimits;
    readonly watch: DrainWatch;
    /** The hard cap was passed: close the socket. */
    readonly onOverflow: () => void;
    /** The backlog is below the soft cap again, after {@link Outbox.expectDrain}. */
    readonly onDrained: () => void;
  }) {
    this.#socket = options.socket;
    this.#limits = options.limits;
    this.#watch = options.watch;
    this.#onOverflow = options.onOverflow;
    this.#onDrained = options.onDrained;
  }

  /** Whether its backlog is above the soft cap. A closed one is not: nobody waits for it. */
  get congested(): boolean {
    return !this.#closed && this.#socket.bufferedAmount > this.#limits.softOutboxBytes;
  }

  get bytes(): number {
    return this.#closed ? 0 : this.#socket.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    if (this.#closed) return;
    if (this.#socket.bufferedAmount > this.#limits.hardOutboxBytes) this.#onOverflow();
    else this.#socket.send(data);
  }

  /** True once there is room for more; false when the socket is closed. A stalled socket is ended by its pings. */
  writable(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    if (!this.congested) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#watch.watch(this);
    });
  }

  /** Asks for `onDrained` once the backlog is below the soft cap. */
  expectDrain(): void {
    if (!this.#closed) this.#watch.watch(this);
  }

  drained(): void {
    this.#release(!this.#closed);
    if (!this.#closed) this.#onDrained();
  }

  /** Nothing is sent from now on. */
  close(): void {
    this.#closed = true;
    this.#release(false);
  }

  #release(open: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(open);
  }
}
