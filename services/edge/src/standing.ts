import { ParleyError, type Uuid } from '@parley/contracts';
import { isMember } from '@parley/domain';
import type { Hearer } from './hearer.js';
import type { Joins } from './joins.js';
import type { Partitions } from './partitions.js';
import type { Readiness } from './ready.js';
import type { LocalRoom, Rooms } from './rooms.js';

/** How long this edge may take to read what the log had when somebody unknown spoke, in ms. */
const CATCH_UP_MS = 2_000;

/** Whether somebody may speak in a room. */
export class Standing {
  readonly #rooms: Rooms;
  readonly #partitions: Partitions;
  readonly #joins: Joins;
  readonly #readiness: Readiness;

  constructor(rooms: Rooms, partitions: Partitions, joins: Joins, readiness: Readiness) {
    this.#rooms = rooms;
    this.#partitions = partitions;
    this.#joins = joins;
    this.#readiness = readiness;
  }

  /** The room, if it is hosted, whoever asks. */
  hosted(roomId: Uuid): LocalRoom | undefined {
    return this.#rooms.get(roomId);
  }

  /** The room, if it is hosted and he is a member at the tail's position. */
  of(hearer: Hearer, roomId: Uuid): LocalRoom | undefined {
    const room = this.#rooms.get(roomId);
    return room !== undefined && isMember(room.state, hearer.userId) ? room : undefined;
  }

  /**
   * The room that he speaks in. Whoever seems a stranger may have become a member a moment ago, by way of a node that is
   * ahead of this one: so the tail first reads what the log has. Throws `NOT_A_MEMBER`, or `UNAVAILABLE` if it cannot be
   * told.
   */
  async find(hearer: Hearer, roomId: Uuid): Promise<LocalRoom> {
    const known = this.of(hearer, roomId);
    if (known !== undefined) return known;
    const certain = await this.caughtUp(hearer, roomId);
    const room = this.of(hearer, roomId);
    if (room !== undefined) return room;
    if (certain) throw new ParleyError('NOT_A_MEMBER', 'You are not a member of this room.');
    throw new ParleyError('UNAVAILABLE', 'The room cannot be had now: try again.');
  }

  /**
   * Waits until the tail has read all that the log has now, and what it says of this user has been dealt with. False if
   * he may be a member all the same.
   */
  async caughtUp(hearer: Hearer, roomId: Uuid): Promise<boolean> {
    const caughtUp = await this.#partitions.caughtUp(this.#partitions.of(roomId), CATCH_UP_MS);
    await this.#joins.settled(hearer);
    const hosted = this.#rooms.get(roomId) !== undefined;
    return caughtUp && (hosted || !this.#readiness.isPartial(hearer));
  }
}
