/**
 * One WebSocket between a client and an edge: two directions, each in order, each with its own delays; cut for both,
 * for one of them only (half open), or held up for a while.
 */
import type { Dice } from '../dice.js';
import type { SimClock } from '../sim-clock.js';
import type { SimNode } from '../sim-node.js';

/** The network's troubles. */
export interface NetworkWeather {
  usual: number;
  worst: number;
}

export const FAIR_NETWORK: NetworkWeather = { usual: 4, worst: 60 };

/** What the far end of a link does with what arrives. */
export interface Receiver {
  message(data: string): void;
  closed(code: number, reason: string): void;
  pong(): void;
}

interface Direction {
  /** Nothing overtakes: the next arrival is not before this time. */
  readyAt: number;
  /** What is sent is lost from now on. */
  deaf: boolean;
  closed: boolean;
  inFlight: number;
}

type End = 'client' | 'edge';

/** RFC 6455: the connection ended without a close frame. */
const ABNORMAL = 1006;

export class Link {
  readonly #directions: Record<End, Direction> = {
    client: { readyAt: 0, deaf: false, closed: false, inFlight: 0 },
    edge: { readyAt: 0, deaf: false, closed: false, inFlight: 0 },
  };
  readonly #receivers: Partial<Record<End, Receiver>> = {};

  constructor(
    private readonly clock: SimClock,
    private readonly dice: Dice,
    private readonly weather: NetworkWeather,
    private readonly nodes: Readonly<Record<End, SimNode>>,
  ) {}

  get edge(): SimNode {
    return this.nodes.edge;
  }

  /** Whether both ends may still hear each other. */
  get alive(): boolean {
    return !this.#directions.client.closed && !this.#directions.edge.closed;
  }

  attach(end: End, receiver: Receiver): void {
    this.#receivers[end] = receiver;
  }

  /** The handshake reaches the edge: `accept` attaches its end. */
  open(accept: () => void): void {
    this.#arrive('edge', 100, accept);
  }

  /** `to` receives; nothing is received after its close. */
  send(to: End, data: string): void {
    if (this.#directions[to === 'client' ? 'edge' : 'client'].closed) return;
    this.#arrive(to, data.length, () => this.#receivers[to]?.message(data));
  }

  /** A ping is answered by the other end's WebSocket library, if that process runs. */
  ping(to: End): void {
    const from = to === 'client' ? 'edge' : 'client';
    this.#arrive(to, 2, () => this.#arrive(from, 2, () => this.#receivers[from]?.pong()));
  }

  /** The closing handshake, or its absence: both ends hear of it, the one that asked at once. */
  close(by: End, code: number, reason: string): void {
    const other = by === 'client' ? 'edge' : 'client';
    this.#arrive(other, 4, () => {
      this.#end(other);
      this.#receivers[other]?.closed(code, reason);
    });
    if (this.#directions[by].closed) return;
    this.#end(by);
    this.nodes[by].later(0, () => this.#receivers[by]?.closed(code, reason));
  }

  /** The process at this end died, or its machine dropped the connection: the other hears a reset. */
  cut(): void {
    for (const end of ['client', 'edge'] as const) {
      this.nodes[end].later(this.dice.delay(this.weather.usual, this.weather.worst), () => {
        if (this.#directions[end].closed) return;
        this.#end(end);
        this.#receivers[end]?.closed(ABNORMAL, '');
      });
      this.#directions[end].deaf = true;
    }
  }

  /** From now on nothing gets through to this end, and nobody is told. */
  deafen(end: End): void {
    this.#directions[end].deaf = true;
  }

  /** Nothing gets through to this end for `ms`; then all of it, in order. */
  hold(end: End, ms: number): void {
    const direction = this.#directions[end];
    direction.readyAt = Math.max(direction.readyAt, this.clock.time + ms);
  }

  /** Bytes on their way to this end. */
  inFlight(to: End): number {
    return this.#directions[to].inFlight;
  }

  #end(end: End): void {
    this.#directions[end].closed = true;
  }

  #arrive(to: End, bytes: number, handle: () => void): void {
    const direction = this.#directions[to];
    if (direction.closed || direction.deaf) return;
    direction.readyAt = Math.max(
      direction.readyAt,
      this.clock.time + this.dice.delay(this.weather.usual, this.weather.worst) / 2,
    );
    direction.inFlight += bytes;
    this.nodes[to].at(direction.readyAt, () => {
      direction.inFlight -= bytes;
      if (!direction.closed && !direction.deaf) handle();
    });
  }
}
