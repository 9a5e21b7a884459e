import type { Uuid } from '@parley/contracts';
import { backoffMs, type Judged, type PartitionView, type RoomState } from '@parley/domain';
import { sleep, within, type Clock, type Logger, type Random, type RoomStore } from '@parley/ports';

/** Rooms of one query. */
const BATCH = 200;
const LOAD_DEADLINE_MS = 15_000;
/** The projection and the tail differ by milliseconds; this often they are compared. */
const COMPARE_EVERY_MS = 10;
/** After this long a state that waits for the tail is read again. */
const LONGEST_COMPARE_MS = 2_000;
/** Between loads, when kept records do not reach back to what was loaded. */
const BETWEEN_LOADS_MS = 100;

export interface LoaderOptions {
  readonly view: PartitionView;
  readonly rooms: Pick<RoomStore, 'load'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Aborted: the partition is another's. */
  readonly owned: AbortSignal;
  readonly onHosted: (room: RoomState, replayed: readonly Judged[]) => void;
}

/** Hosts rooms of one partition, all that are wanted with one query, for as long as it takes. */
export class RoomLoader {
  private readonly wanted = new Set<Uuid>();
  private running = false;

  constructor(private readonly options: LoaderOptions) {}

  want(roomId: Uuid): void {
    if (this.options.view.room(roomId) !== undefined) return;
    this.wanted.add(roomId);
    if (this.running) return;
    this.running = true;
    void this.run();
  }

  private async run(): Promise<void> {
    const { clock, random, logger, owned } = this.options;
    for (let failures = 0; this.wanted.size > 0 && !owned.aborted;) {
      try {
        await this.load([...this.wanted].slice(0, BATCH));
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) logger.warn({ err: error }, 'rooms with questions cannot be read yet');
        await sleep(clock, backoffMs(failures, random.fraction()), owned);
      }
    }
    this.running = false;
  }

  private async load(roomIds: readonly Uuid[]): Promise<void> {
    const { view, rooms, clock, owned } = this.options;
    const loaded = await within(clock, LOAD_DEADLINE_MS, 'loading rooms', rooms.load(roomIds));
    const at = loaded.projected[view.partition] ?? 0;
    const until = clock.now() + LONGEST_COMPARE_MS;
    for (const roomId of roomIds) {
      while (!owned.aborted) {
        const hosting = view.host(roomId, loaded.rooms.get(roomId), at);
        if (hosting.status === 'hosted') {
          this.wanted.delete(roomId);
          const room = view.room(roomId);
          if (room !== undefined) this.options.onHosted(room, hosting.replayed);
          break;
        }
        if (hosting.status === 'projection_behind') {
          return sleep(clock, BETWEEN_LOADS_MS, owned);
        }
        if (clock.now() > until) return;
        await sleep(clock, COMPARE_EVERY_MS, owned);
      }
    }
  }
}
