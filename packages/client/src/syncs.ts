/**
 * Which rooms are being brought up to date. A room's sync begins with `resume` or `sync` and ends with `sync.done`; one
 * that does not end, or ends `behind`, is asked for again. A reset is staged until its end, so that a room is replaced
 * whole or not at all.
 */
import type { ControlFrameOf, ResumePoint, ServerFrame, Uuid } from '@parley/contracts';
import { MAX_ROOMS_PER_FRAME } from '@parley/contracts';
import type { Clock, Random, Timer, Timing } from './options.js';
import type { Store } from './store.js';

type SyncState = ControlFrameOf<'sync.state'>;

/** A reset on its way: its rows, and what came after them in line. */
export interface Staged {
  rows: SyncState[];
  /** The last row frame said that another follows. */
  more: boolean;
  readonly later: ServerFrame[];
}

export class Syncs {
  /** Rooms whose sync has not ended, with the local Unix ms of its last sign of life. */
  readonly #active = new Map<Uuid, number>();
  readonly #staged = new Map<Uuid, Staged>();
  #watchdog: Timer | null = null;
  #again: Timer | null = null;
  #rounds = 0;

  constructor(
    private readonly store: Store,
    private readonly ports: { clock: Clock; random: Random; timing: Timing },
    /** Asks the server; at most {@link MAX_ROOMS_PER_FRAME} rooms. */
    private readonly ask: (rooms: ResumePoint[]) => void,
  ) {}

  get idle(): boolean {
    return this.#active.size === 0;
  }

  isActive(roomId: Uuid): boolean {
    return this.#active.has(roomId);
  }

  /** Everything to resume, in frames of at most {@link MAX_ROOMS_PER_FRAME}; all of it counts as being synced from now on. */
  resume(): ResumePoint[][] {
    const points: ResumePoint[] = [];
    for (const view of this.store.rooms.values()) {
      if (view.membership !== 'left') points.push(this.#begin(view.id));
    }
    return pages(points);
  }

  #begin(roomId: Uuid): ResumePoint {
    const view = this.store.view(roomId);
    this.#active.set(roomId, this.ports.clock.now());
    this.#staged.delete(roomId);
    view.syncing = true;
    view.version++;
    this.#watch();
    // 0 is of no epoch: the answer is a reset.
    return { room_id: roomId, after: view.seq ?? 0 };
  }

  /** A frame of a room whose reset is on its way waits for the reset. True when it was kept. */
  hold(roomId: Uuid, frame: ServerFrame): boolean {
    const staged = this.#staged.get(roomId);
    if (staged === undefined) return false;
    staged.later.push(frame);
    return true;
  }

  /** True when the rows belong to a reset, or follow one, and were staged. A second reset replaces the first. */
  stage(frame: SyncState): boolean {
    const roomId = frame.room_id;
    if (this.#active.has(roomId)) this.#active.set(roomId, this.ports.clock.now());
    const known = this.#staged.get(roomId);
    const more = frame.more === true;
    if (known?.more === true) {
      known.rows.push(frame);
      known.more = more;
      return true;
    }
    if (!frame.reset) {
      // Rows that continue a reset wait with the rest of what follows it.
      known?.later.push(frame);
      return known !== undefined;
    }
    this.#staged.set(roomId, { rows: [frame], more, later: [] });
    return true;
  }

  /** The sync has ended; what was staged for it is the caller's to apply. */
  end(roomId: Uuid): Staged | undefined {
    this.#active.delete(roomId);
    const staged = this.#staged.get(roomId);
    this.#staged.delete(roomId);
    return staged;
  }

  /** Some room is behind: ask again after a pause that grows with each round. */
  retryBehind(): void {
    if (this.#again !== null) return;
    const { behindMs, behindMaxMs } = this.ports.timing;
    const range = Math.min(behindMaxMs, behindMs * 2 ** Math.min(this.#rounds, 20));
    const delay = range / 2 + (this.ports.random.fraction() * range) / 2;
    this.#again = this.ports.clock.after(delay, () => {
      this.#again = null;
      const behind = [...this.store.rooms.values()].filter(
        (view) => view.behind && !this.#active.has(view.id),
      );
      this.#rounds = behind.length === 0 ? 0 : this.#rounds + 1;
      this.#askFor(behind.map(({ id }) => id));
    });
  }

  /** The connection is gone: nothing that was asked on it will end. */
  lost(): void {
    for (const roomId of this.#active.keys()) this.store.view(roomId).syncing = false;
    this.#active.clear();
    this.#staged.clear();
    this.#watchdog?.cancel();
    this.#watchdog = null;
    this.#again?.cancel();
    this.#again = null;
    this.#rounds = 0;
  }

  #askFor(roomIds: readonly Uuid[]): void {
    for (const page of pages(roomIds.map((roomId) => this.#begin(roomId)))) this.ask(page);
  }

  #watch(): void {
    const { clock, timing } = this.ports;
    this.#watchdog ??= clock.after(timing.syncMs, () => {
      this.#watchdog = null;
      const late = clock.now() - timing.syncMs;
      this.#askFor([...this.#active].filter(([, at]) => at <= late).map(([roomId]) => roomId));
      if (this.#active.size > 0) this.#watch();
    });
  }
}

function pages(points: readonly ResumePoint[]): ResumePoint[][] {
  const result: ResumePoint[][] = [];
  for (let at = 0; at < points.length; at += MAX_ROOMS_PER_FRAME) {
    result.push(points.slice(at, at + MAX_ROOMS_PER_FRAME));
  }
  return result;
}
