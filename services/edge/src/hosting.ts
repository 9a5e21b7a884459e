/**
 * Bringing rooms here: rows at R, the kept records after R, then live. A room is loaded once, however many of its members
 * arrive at the same time, and let go some minutes after the last of them left.
 */
import type { Uuid } from '@parley/contracts';
import { eventFrame, isMember, type Judged, type RoomState } from '@parley/domain';
import {
  sleep,
  within,
  type Clock,
  type LoadedRooms,
  type Logger,
  type ProjectionWatch,
  type RoomStore,
} from '@parley/ports';
import type { Partitions } from './partitions.js';
import { Ring } from './ring.js';
import { LocalRoom, type Rooms } from './rooms.js';

/** How long a room may take to be hosted, in ms. */
const DEADLINE_MS = 10_000;
/** How long one query may take, in ms. */
const QUERY_MS = 5_000;
/** Before loading again what the projection was too far behind for, in ms. */
const AGAIN_MS = 25;

export interface HostingPorts {
  readonly rooms: RoomStore;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface HostingOptions {
  readonly ringEvents: number;
  readonly hostLingerMs: number;
  readonly onReleased: (room: LocalRoom) => void;
}

/** Rooms that are hosted only if this user is in them: he named them himself. */
export interface Probe {
  readonly userId: Uuid;
  readonly roomIds: readonly Uuid[];
}

export class Hosting {
  readonly #ports: HostingPorts;
  readonly #partitions: Partitions;
  readonly #local: Rooms;
  readonly #options: HostingOptions;
  /** Whether each room that is being loaded gets hosted. */
  readonly #loading = new Map<Uuid, Promise<boolean>>();

  constructor(ports: HostingPorts, partitions: Partitions, local: Rooms, options: HostingOptions) {
    this.#ports = ports;
    this.#partitions = partitions;
    this.#local = local;
    this.#options = options;
  }

  /** Hosts rooms, with one query for all that are not. Answers those that could not be had in time; never rejects. */
  async ensure(roomIds: Iterable<Uuid>, probe?: Probe): Promise<ReadonlySet<Uuid>> {
    const waiting = new Map<Uuid, Promise<boolean>>();
    const fresh: Uuid[] = [];
    for (const id of new Set(roomIds)) {
      if (this.#local.get(id) !== undefined) continue;
      const loading = this.#loading.get(id);
      if (loading === undefined) fresh.push(id);
      else waiting.set(id, loading);
    }
    const probed = (probe?.roomIds ?? []).filter((id) => this.#local.get(id) === undefined);
    if (fresh.length + probed.length > 0) {
      const batch = this.#load(
        new Set(fresh),
        probe === undefined ? undefined : { ...probe, roomIds: probed },
      );
      for (const id of fresh) {
        const hosted = batch.then((failed) => !failed.has(id));
        this.#loading.set(id, hosted);
        waiting.set(id, hosted);
        void hosted.then(() => this.#loading.delete(id));
      }
      if (fresh.length === 0) await batch;
    }
    const failed = new Set<Uuid>();
    for (const [id, hosted] of waiting) if (!(await hosted)) failed.add(id);
    return failed;
  }

  /** Loads and hosts; answers what could not be. Never rejects. */
  async #load(roomIds: Set<Uuid>, probe: Probe | undefined): Promise<ReadonlySet<Uuid>> {
    const { rooms, clock, logger } = this.#ports;
    const deadline = clock.now() + DEADLINE_MS;
    const left = new Set(roomIds);
    let probed = probe?.roomIds ?? [];
    const release = this.#partitions.hold();
    try {
      for (;;) {
        const loaded = await within(
          clock,
          QUERY_MS,
          'loading rooms',
          rooms.load([...left, ...probed]),
        );
        const named =
          probe === undefined ? [] : probed.filter((id) => mayHear(loaded, id, probe.userId));
        await this.#tailHasRead(loaded, [...left, ...named], deadline);
        for (const id of left) if (this.#host(id, loaded)) left.delete(id);
        for (const id of named) this.#host(id, loaded);
        probed = [];
        if (left.size === 0 || clock.now() >= deadline) break;
        await sleep(clock, AGAIN_MS);
      }
    } catch (error) {
      logger.warn({ err: error, rooms: left.size }, 'rooms could not be loaded');
    } finally {
      release();
    }
    return left;
  }

  /** Waits for the tail where the projection is ahead of it. */
  async #tailHasRead(
    loaded: LoadedRooms,
    roomIds: readonly Uuid[],
    deadline: number,
  ): Promise<void> {
    for (const partition of new Set(roomIds.map((id) => this.#partitions.of(id)))) {
      const ms = deadline - this.#ports.clock.now();
      await this.#partitions.hasRead(partition, loaded.projected[partition] ?? 0, ms);
    }
  }

  #host(id: Uuid, loaded: LoadedRooms): boolean {
    if (this.#local.get(id) !== undefined) return true;
    const partition = this.#partitions.of(id);
    const view = this.#partitions.view(partition);
    const at = loaded.projected[partition] ?? 0;
    const hosting = view.host(id, loaded.rooms.get(id), at);
    if (hosting.status !== 'hosted') return false;
    const state = view.room(id);
    if (state === undefined) return false;
    this.#begin(partition, state, at, hosting.replayed);
    return true;
  }

  #begin(partition: number, state: RoomState, at: number, replayed: readonly Judged[]): void {
    const view = this.#partitions.view(partition);
    const ring = new Ring(this.#options.ringEvents, view.seqOf(at));
    for (const { event, stamp, outcome, text } of replayed) {
      if (outcome.reason !== null) continue;
      ring.push({ seq: stamp.seq, id: event.id, frame: eventFrame(text, event, stamp, outcome) });
    }
    this.#local.add(new LocalRoom(partition, state, ring, this.#ports.clock.now()));
  }

  /** Lets go of rooms in which nobody here has been for long; never while they could not be had back. */
  sweep(): void {
    if (!this.#ports.projection.available) return;
    const before = this.#ports.clock.now() - this.#options.hostLingerMs;
    for (const room of this.#local.all()) {
      if (room.emptySince === null || room.emptySince > before) continue;
      this.#partitions.view(room.partition).release(room.id);
      this.#local.remove(room);
      this.#options.onReleased(room);
    }
  }
}

function mayHear(loaded: LoadedRooms, roomId: Uuid, userId: Uuid): boolean {
  const state = loaded.rooms.get(roomId);
  return state !== undefined && isMember(state, userId);
}
