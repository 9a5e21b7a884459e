/** I1, I2, I3 and I6 for what clients asked and were answered. */
import { messageId, timeOfUuidV7, type ErrorCode, type Seq, type Uuid } from '@parley/contracts';
import type { InvokeLine, OutcomeLine, ReadLine } from './history.js';
import type { RoomTruth, Truth } from './truth.js';
import type { Violations } from './violations.js';

/** Failures that leave open what became of the message: the same `client_id` may be sent again. */
const OPEN_FAILURES: ReadonlySet<string> = new Set<ErrorCode>([
  'UNAVAILABLE',
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL',
  'AUTH_TIMEOUT',
  'SLOW_CONSUMER',
]);

interface Operation {
  readonly invoke: InvokeLine;
  readonly number: number;
  readonly session: number;
}

interface Acknowledged extends Operation {
  readonly seq: Seq;
  /** How many operations had been invoked when the acknowledgement came. */
  readonly acknowledgedAt: number;
}

export class Operations {
  readonly #open = new Map<string, Operation>();
  readonly #acknowledged = new Map<string, Acknowledged>();
  readonly #failed: { operation: Operation; code: string }[] = [];
  /** Per message id that was asked for: the contents that were asked, how often, and first by which operation. */
  readonly #asked = new Map<
    Uuid,
    { readonly contents: Set<string>; readonly first: number; times: number }
  >();
  #count = 0;

  constructor(
    private readonly truth: Truth,
    private readonly violations: Violations,
    /** The number of the client's present connection: order is promised within one. */
    private readonly sessionOf: (client: string) => number,
  ) {}

  invoke(line: InvokeLine): void {
    const operation = {
      invoke: line,
      number: this.#count++,
      session: this.sessionOf(line.client),
    };
    this.#open.set(line.op, operation);
    const id = messageId(line.room_id, line.user_id, line.client_id);
    const { number: first } = operation;
    const asked = this.#asked.get(id) ?? { contents: new Set(), times: 0, first };
    this.#asked.set(id, asked);
    asked.contents.add(line.content);
    asked.times += 1;
  }

  outcome(line: OutcomeLine): void {
    const operation = this.#open.get(line.op);
    this.#open.delete(line.op);
    if (operation === undefined) {
      this.violations.add('I2', 'an outcome of what nobody asked', { op: line.op });
    } else if (line.type === 'fail') {
      this.#failed.push({ operation, code: line.code });
    }
    if (operation !== undefined && line.type === 'ok')
      this.#acknowledge(operation, line.seq, line.message_id);
  }

  /** I6. Pages are the latest, so an acknowledged message may only be missing when it is older than all of the page. */
  read(line: ReadLine): void {
    const operation = this.#acknowledged.get(line.op);
    if (operation === undefined) return;
    const { room_id, user_id, client_id } = operation.invoke;
    const id = messageId(room_id, user_id, client_id);
    const oldest = line.messages[0]?.seq ?? 0;
    if (!line.messages.some((message) => message.id === id) && oldest <= operation.seq) {
      this.violations.add('I6', 'an acknowledged message is not in the history read after it', {
        op: line.op,
        room: room_id,
        seq: operation.seq,
      });
    }
  }

  /** `closedWorld`: everything that was ever sent is in the history. */
  finish(closedWorld: boolean): void {
    this.#checkFailed();
    this.#checkOrder();
    if (closedWorld) this.#checkNothingForged();
  }

  #acknowledge(operation: Operation, seq: Seq, message: Uuid): void {
    const { op, room_id, user_id, client_id } = operation.invoke;
    this.#acknowledged.set(op, { ...operation, seq, acknowledgedAt: this.#count });
    const where = { op, room: room_id, seq };
    const id = messageId(room_id, user_id, client_id);
    const applied = this.truth.rooms.get(room_id)?.messages.get(id);
    if (message !== id) {
      this.violations.add('I1', 'acknowledged under an id that is not the message’s', where);
    }
    if (applied === undefined) {
      this.violations.add('I1', 'acknowledged, but the log does not have it applied', where);
    } else if (applied.seq !== seq) {
      this.violations.add('I1', `acknowledged at ${seq}, the log has it at ${applied.seq}`, where);
    }
  }

  /** What was refused for good never happened. */
  #checkFailed(): void {
    for (const { operation, code } of this.#failed) {
      if (OPEN_FAILURES.has(code)) continue;
      const { room_id, user_id, client_id, op } = operation.invoke;
      const id = messageId(room_id, user_id, client_id);
      // Another operation with the same id has an outcome of its own, long after the first was forgotten.
      if ((this.#asked.get(id)?.times ?? 0) > 1) continue;
      const applied = this.truth.rooms.get(room_id)?.messages.get(id);
      if (applied !== undefined) {
        this.violations.add('I2', `refused with ${code}, yet it is in the room`, {
          op,
          room: room_id,
          seq: applied.seq,
        });
      }
    }
  }

  /** A sender's own order: what was acknowledged before the next was asked, or went out on the same connection. */
  #checkOrder(): void {
    const latest = new Map<string, Acknowledged>();
    for (const operation of this.#acknowledged.values()) {
      const { room_id, user_id, client_id } = operation.invoke;
      const key = `${room_id} ${user_id}`;
      const applied = this.truth.rooms
        .get(room_id)
        ?.messages.get(messageId(room_id, user_id, client_id));
      if (applied === undefined || !this.#first(operation)) continue;
      const before = latest.get(key);
      if (before !== undefined && before.seq > operation.seq && this.#ordered(before, operation)) {
        this.violations.add('I3', 'a sender’s own messages changed places', {
          room: room_id,
          first: before.invoke.op,
          second: operation.invoke.op,
        });
      }
      if (before === undefined || before.seq < operation.seq) latest.set(key, operation);
    }
  }

  #ordered(later: Acknowledged, earlier: Acknowledged): boolean {
    // `later` stands behind `earlier` in the log: wrong only if it was asked for first.
    if (later.number > earlier.number) return false;
    if (later.acknowledgedAt <= earlier.number) return true;
    const together =
      later.invoke.client === earlier.invoke.client &&
      later.session === earlier.session &&
      later.session === this.sessionOf(later.invoke.client);
    return together && this.#fresh(later) && this.#fresh(earlier);
  }

  /** Whether the record was born with its id: then it went the fast way, in the order of the socket. */
  #fresh({ invoke }: Acknowledged): boolean {
    const room = this.truth.rooms.get(invoke.room_id);
    const id = messageId(invoke.room_id, invoke.user_id, invoke.client_id);
    const seq = room?.messages.get(id)?.seq;
    const event = seq === undefined ? undefined : eventAt(room, seq);
    return event !== undefined && Date.parse(event.born) === timeOfUuidV7(invoke.client_id);
  }

  /** Whether this operation was the first to ask for its message (a repetition has no place of its own). */
  #first({ invoke, number }: Acknowledged): boolean {
    const id = messageId(invoke.room_id, invoke.user_id, invoke.client_id);
    return this.#asked.get(id)?.first === number;
  }

  #checkNothingForged(): void {
    for (const room of this.truth.rooms.values()) {
      for (const { event, seq } of room.applied) {
        if (event.type !== 'message.posted') continue;
        const asked = this.#asked.get(event.id);
        if (asked?.contents.has(event.content) === true) continue;
        const what = asked === undefined ? 'nobody sent this' : 'nobody sent this text';
        this.violations.add('I2', what, { room: room.id, seq, message: event.id });
      }
    }
  }
}

function eventAt(room: RoomTruth | undefined, seq: Seq): { readonly born: string } | undefined {
  const index = room?.indexOf.get(seq);
  return index === undefined ? undefined : room?.applied[index]?.event;
}
