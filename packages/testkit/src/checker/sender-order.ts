/** I3 for a sender: whoever says two things in order finds them in that order. */
import { timeOfUuidV7, type Seq } from '@parley/contracts';
import type { InvokeLine } from './history.js';
import type { RoomTruth } from './truth.js';
import type { Violations } from './violations.js';

/** An acknowledged send whose message nobody had asked for before. */
export interface OrderedSend {
  readonly invoke: InvokeLine;
  /** Where the message stands in the log. */
  readonly seq: Seq;
  /** Operations that were invoked before this one. */
  readonly number: number;
  /** Operations that had been invoked when the acknowledgement came. */
  readonly acknowledgedAt: number;
  /**
   * The number of the connection on which it was asked and acknowledged, when it was one and the same and nothing but the
   * one request can have made the record: no error for it on the way, no other operation with its id. `null`: it was not
   * so, or it came over REST, where requests under way together are not ordered.
   */
  readonly connection: number | null;
}

/**
 * Judges the sends of a whole run. Promised is the order of what was acknowledged before the next was asked, on any
 * device, and of what went out on one connection by the fast path.
 */
export function checkSenderOrder(
  sends: readonly OrderedSend[],
  rooms: ReadonlyMap<string, RoomTruth>,
  violations: Violations,
): void {
  const blame = (first: OrderedSend, second: OrderedSend): void => {
    violations.add('I3', 'a sender’s own messages changed places', {
      room: first.invoke.room_id,
      first: first.invoke.op,
      second: second.invoke.op,
    });
  };
  const asked = [...sends].sort((one, other) => one.number - other.number);
  checkAnswered(asked, blame);
  const fast = asked.filter((send) => {
    return send.connection !== null && isFast(send, rooms.get(send.invoke.room_id));
  });
  checkConnections(fast, blame);
}

type Blame = (first: OrderedSend, second: OrderedSend) => void;

/** What was acknowledged before the next was asked. */
function checkAnswered(asked: readonly OrderedSend[], blame: Blame): void {
  const answered = [...asked].sort((one, other) => one.acknowledgedAt - other.acknowledgedAt);
  const furthest = new Furthest();
  let next = 0;
  for (const send of asked) {
    for (; next < answered.length; next++) {
      const earlier = answered[next];
      if (earlier === undefined || earlier.acknowledgedAt > send.number) break;
      furthest.take(keyOf(earlier), earlier);
    }
    const before = furthest.of(keyOf(send));
    if (before !== undefined && before.seq > send.seq) blame(before, send);
  }
}

/** What went out on the same connection, answered or not. Pairs that were answered in between are judged already. */
function checkConnections(asked: readonly OrderedSend[], blame: Blame): void {
  const furthest = new Furthest();
  for (const send of asked) {
    const key = `${keyOf(send)} ${send.invoke.client} ${String(send.connection)}`;
    const before = furthest.of(key);
    if (before !== undefined && before.seq > send.seq && before.acknowledgedAt > send.number) {
      blame(before, send);
    }
    furthest.take(key, send);
  }
}

/** Per key, the send that stands last in the log. */
class Furthest {
  readonly #sends = new Map<string, OrderedSend>();

  of(key: string): OrderedSend | undefined {
    return this.#sends.get(key);
  }

  take(key: string, send: OrderedSend): void {
    const before = this.#sends.get(key);
    if (before === undefined || before.seq < send.seq) this.#sends.set(key, send);
  }
}

const keyOf = ({ invoke }: OrderedSend): string => `${invoke.room_id} ${invoke.user_id}`;

/** Whether the record was born with its id: then it was appended at once, in the order of the socket. */
function isFast({ invoke, seq }: OrderedSend, room: RoomTruth | undefined): boolean {
  const index = room?.indexOf.get(seq);
  const event = index === undefined ? undefined : room?.applied[index]?.event;
  return event !== undefined && Date.parse(event.born) === timeOfUuidV7(invoke.client_id);
}
