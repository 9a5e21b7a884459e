/** The rows of a sync: current state from the projection, which the room's ring continues without a gap. */
import { MAX_SYNC_ROWS, offsetOf, type Seq } from '@parley/contracts';
import {
  sleep,
  within,
  type Clock,
  type Logger,
  type ProjectionWatch,
  type RoomChanges,
  type RoomStore,
} from '@parley/ports';
import type { Hearer } from './hearer.js';
import type { Partitions } from './partitions.js';
import type { LocalRoom } from './rooms.js';
import { judgeRows } from './sync-plan.js';

/** How long rows may take that fit, in ms; then the client is told to ask again. */
const DEADLINE_MS = 15_000;
/** How long one query may take, in ms. */
const QUERY_MS = 5_000;
/** Before reading again what was too old, in ms: the poller may be ahead of what the next read shows. */
const AGAIN_MS = 20;

export interface RowsPorts {
  readonly store: RoomStore;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly partitions: Partitions;
}

/** Whoever gets `changes` has everything up to `base`. */
export interface Rows {
  readonly changes: RoomChanges;
  readonly base: Seq;
}

export class SyncRows {
  readonly #ports: RowsPorts;
  readonly #hearer: Hearer;
  readonly #room: LocalRoom;
  readonly #current: () => boolean;

  /** `current`: whether somebody still asks. */
  constructor(ports: RowsPorts, hearer: Hearer, room: LocalRoom, current: () => boolean) {
    this.#ports = ports;
    this.#hearer = hearer;
    this.#room = room;
    this.#current = current;
  }

  /** When the user became a member, as of the tail. */
  get joinedSeq(): Seq {
    return this.#room.state.members.get(this.#hearer.userId)?.joined_seq ?? 0;
  }

  /** Rows changed after `after`, or all of them; `undefined` if they cannot be had in time. */
  async read(after: Seq, reset: boolean): Promise<Rows | undefined> {
    const { store, clock, logger, projection } = this.#ports;
    const deadline = clock.now() + DEADLINE_MS;
    while (this.#current() && projection.available && clock.now() < deadline) {
      let changes: RoomChanges | undefined;
      try {
        const options = { after, limit: MAX_SYNC_ROWS, reset };
        const reading = store.changes(this.#room.id, this.#hearer.userId, options);
        changes = await within(clock, QUERY_MS, 'a sync', reading);
      } catch (error) {
        logger.debug({ err: error, room: this.#room.id }, 'a sync cannot read the projection');
        return undefined;
      }
      const verdict = await this.#judge(changes, after, reset, deadline);
      if (verdict === undefined || 'base' in verdict) return verdict;
      if (!(await this.#projectionHas(verdict.wanted, deadline))) return undefined;
      await sleep(clock, AGAIN_MS);
    }
    return undefined;
  }

  async #judge(
    changes: RoomChanges | undefined,
    after: Seq,
    reset: boolean,
    deadline: number,
  ): Promise<Rows | { readonly wanted: Seq } | undefined> {
    // The room is not in the projection yet: at the latest it is once his own membership is.
    if (changes === undefined) return { wanted: this.joinedSeq };
    const { partition, ring } = this.#room;
    const { clock, partitions } = this.#ports;
    const next = changes.projected[partition] ?? 0;
    // The projection may be ahead of this tail: then what the rows show would come again as live, and whether the reader is
    // a member at their position is not known here yet.
    if (!(await partitions.hasRead(partition, next, deadline - clock.now()))) return undefined;
    const verdict = judgeRows({
      after,
      projected: partitions.view(partition).seqOf(next),
      reset: reset || changes.reset,
      joinedSeq: this.joinedSeq,
      ringFloor: ring.floor,
    });
    return verdict.use ? { changes, base: verdict.base } : verdict;
  }

  async #projectionHas(seq: Seq, deadline: number): Promise<boolean> {
    const { projection, clock, logger, partitions } = this.#ports;
    const { partition, id } = this.#room;
    // What an older log knew, this projection has.
    if (!partitions.isOurs(seq)) return true;
    const ms = Math.max(0, deadline - clock.now());
    if (await projection.reached(partition, offsetOf(seq), ms)) return true;
    logger.warn({ room: id, seq }, 'a sync waited for the projection in vain');
    return false;
  }
}
