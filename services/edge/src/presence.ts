/** Who is online: this edge's lease and its users in the presence store, and changes told to those who share a room. */
import type { Uuid } from '@parley/contracts';
import {
  PRESENCE_LEASE_MS,
  within,
  type Clock,
  type Logger,
  type PresenceStore,
  type Signals,
  type Timer,
} from '@parley/ports';
import { controlFrame } from './frames.js';
import type { Hearer } from './hearer.js';
import type { Rooms } from './rooms.js';

/** How long the store may take, in ms; presence is worth no more. */
const STORE_MS = 1_000;
/** The most peers asked about for one `ready`. */
const MAX_PEERS = 2_000;

export interface PresencePorts {
  readonly presence: PresenceStore;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Presence {
  readonly #ports: PresencePorts;
  readonly #edgeId: string;
  readonly #rooms: Rooms;
  readonly #here = new Set<Uuid>();
  /** Per user, so that coming and going reach the store in order. */
  readonly #turns = new Map<Uuid, Promise<void>>();
  #timer: Timer | undefined;
  #draining = false;
  #stopped = false;

  constructor(ports: PresencePorts, edgeId: string, rooms: Rooms) {
    this.#ports = ports;
    this.#edgeId = edgeId;
    this.#rooms = rooms;
  }

  start(): void {
    void this.#renew();
  }

  /** From now on whoever leaves is on his way to another edge: he stays online here until the end. */
  drain(): void {
    this.#draining = true;
  }

  /** Ends the lease, and tells of those who have not arrived anywhere else. */
  async stop(): Promise<void> {
    const { presence, signals } = this.#ports;
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#attempt('the end of a lease', presence.release(this.#edgeId));
    const users = [...this.#here];
    if (users.length === 0) return;
    const online = await this.#attempt('who moved', presence.online(users));
    for (const user_id of users) {
      if (online?.has(user_id) === false) {
        signals.publish({ type: 'presence', user_id, status: 'offline' });
      }
    }
  }

  async #renew(): Promise<void> {
    const users = [...this.#here];
    await this.#attempt('a presence lease', this.#ports.presence.renew(this.#edgeId, users));
    if (this.#stopped) return;
    this.#timer = this.#ports.clock.after(PRESENCE_LEASE_MS / 3, () => void this.#renew());
  }

  /** The user is connected here. */
  arrived(userId: Uuid): void {
    if (this.#here.has(userId)) return;
    this.#here.add(userId);
    this.#change(userId, 'online', () => this.#ports.presence.arrive(this.#edgeId, userId));
  }

  /** The user's last connection here is gone. */
  departed(userId: Uuid): void {
    if (this.#draining || !this.#here.delete(userId)) return;
    this.#change(userId, 'offline', () => this.#ports.presence.leave(this.#edgeId, userId));
  }

  #change(userId: Uuid, status: 'online' | 'offline', ask: () => Promise<boolean>): void {
    const turn = (this.#turns.get(userId) ?? Promise.resolve())
      .then(async () => {
        if (this.#stopped) return;
        const changed = await this.#attempt('a change of presence', ask());
        if (changed === true)
          this.#ports.signals.publish({ type: 'presence', user_id: userId, status });
      })
      .finally(() => {
        if (this.#turns.get(userId) === turn) this.#turns.delete(userId);
      });
    this.#turns.set(userId, turn);
  }

  /** Never rejects; `undefined` if the store did not answer. */
  async #attempt<T>(what: string, work: Promise<T>): Promise<T | undefined> {
    try {
      return await within(this.#ports.clock, STORE_MS, what, work);
    } catch (error) {
      this.#ports.logger.warn({ err: error }, 'the presence store did not answer');
      return undefined;
    }
  }

  /** Who of those who share a hosted room with the user is online; the first few where they are very many. */
  async onlinePeers(userId: Uuid): Promise<Uuid[]> {
    const peers = new Set<Uuid>();
    for (const room of this.#rooms.of(userId)) {
      for (const member of room.state.members.values()) {
        if (peers.size >= MAX_PEERS) break;
        if (member.left_at === null && member.user_id !== userId) peers.add(member.user_id);
      }
    }
    if (peers.size === 0) return [];
    const online = await this.#attempt('online users', this.#ports.presence.online([...peers]));
    return [...(online ?? [])];
  }

  /** Somebody came or went somewhere. */
  signalled(userId: Uuid, status: 'online' | 'offline'): void {
    const hearers = new Set<Hearer>();
    for (const room of this.#rooms.of(userId)) {
      for (const hearer of room.live) if (hearer.userId !== userId) hearers.add(hearer);
    }
    if (hearers.size === 0) return;
    const frame = controlFrame({ type: 'presence', user_id: userId, status });
    for (const hearer of hearers) if (!hearer.congested) hearer.send(frame);
  }
}
