import { ParleyError, type ClientFrameOf, type RoomEventOf } from '@parley/contracts';
import { iso } from '@parley/domain';
import type { Clock, EventLog, Random } from '@parley/ports';
import type { ConnectedUser } from './connected-user.js';
import { Lanes } from './lanes.js';
import { refuse } from './pending.js';
import type { Sends } from './sends.js';
import type { Standing } from './standing.js';

/** Stops of one connection that wait for their turn. */
const MAX_WAITING = 16;

type Stop = ClientFrameOf<'reply.stop'>;

export interface StopPorts {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** `reply.stop`: asks that an answer end where it is. What is plainly in vain is refused without an append. */
export class Stops {
  readonly #ports: StopPorts;
  readonly #standing: Standing;
  readonly #sends: Sends;
  readonly #lanes = new Lanes<ConnectedUser>(MAX_WAITING);

  constructor(ports: StopPorts, standing: Standing, sends: Sends) {
    this.#ports = ports;
    this.#standing = standing;
    this.#sends = sends;
  }

  /** One after the other; `fail` tells of what went wrong, `RATE_LIMIT_EXCEEDED` when too many wait. */
  stop(user: ConnectedUser, frame: Stop, fail: (error: unknown) => void): void {
    const taken = this.#lanes.run(user, () => this.#stopOne(user, frame).catch(fail));
    if (!taken) fail(new ParleyError('RATE_LIMIT_EXCEEDED', 'Too many stops are waiting.'));
  }

  /** Rejects with `NOT_A_MEMBER`, or `UNAVAILABLE` when that or its verdict cannot be told. */
  async #stopOne(user: ConnectedUser, { room_id, reply_id }: Stop): Promise<void> {
    const waiter = { user, ref: reply_id };
    const room = await this.#standing.find(user, room_id);
    const reply = room.state.replies.get(reply_id);
    if (reply === undefined) refuse(waiter, 'no_such_reply');
    else if (reply.status === 'settled' || reply.closed !== null) refuse(waiter, 'reply_closed');
    else {
      const { log, clock, random } = this.#ports;
      const event: RoomEventOf<'reply.stop_asked'> = {
        v: 1,
        id: random.uuid(),
        log: log.identity.log_id,
        type: 'reply.stop_asked',
        room_id,
        born: iso(clock.now()),
        by: user.userId,
        reply_id,
      };
      this.#sends.append(waiter, event);
    }
  }
}
