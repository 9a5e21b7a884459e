import { type ClientFrameOf, type RoomEventOf } from '@parley/contracts';
import { iso, isMember } from '@parley/domain';
import type { Clock, EventLog, Random } from '@parley/ports';
import type { ConnectedUser } from './connected-user.js';
import { refuse } from './pending.js';
import type { Rooms } from './rooms.js';
import type { Sends } from './sends.js';

export interface StopPorts {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** `reply.stop`: asks that an answer end where it is. What is plainly in vain is refused without an append. */
export class Stops {
  readonly #ports: StopPorts;
  readonly #rooms: Rooms;
  readonly #sends: Sends;

  constructor(ports: StopPorts, rooms: Rooms, sends: Sends) {
    this.#ports = ports;
    this.#rooms = rooms;
    this.#sends = sends;
  }

  /** Throws `UNAVAILABLE` when too much is waiting for its verdict. */
  stop(user: ConnectedUser, { room_id, reply_id }: ClientFrameOf<'reply.stop'>): void {
    const waiter = { user, ref: reply_id };
    const room = this.#rooms.get(room_id);
    if (room === undefined || !isMember(room.state, user.userId)) {
      refuse(waiter, 'not_a_member');
      return;
    }
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
