/** I1, I2, I3 and I6 for what clients asked and were answered. */
import {
  messageId,
  type ErrorCode,
  type Seq,
  type ServerFrame,
  type Uuid,
} from '@parley/contracts';
import type { HeardLine, InvokeLine, OutcomeLine, ReadLine } from './history.js';
import { checkSenderOrder, type OrderedSend } from './sender-order.js';
import type { Truth } from './truth.js';
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
  /** The connection of its client at the time; 0: it has none. */
  readonly connection: number;
  /** An error for it was heard while it went on: a later try may have made the record. */
  disturbed: boolean;
}

interface Acknowledged extends Operation {
  readonly seq: Seq;
  /** How many operations had been invoked when the acknowledgement came. */
  readonly acknowledgedAt: number;
  readonly acknowledgedOn: number;
}

/** All that was asked under one message id. */
interface Asked {
  readonly contents: Set<string>;
  /** The number of the operation that asked first. */
  readonly first: number;
  /** Operations. */
  times: number;
  /** How many of them were refused for good. */
  refused: number;
}

export class Operations {
  readonly #open = new Map<string, Operation>();
  readonly #acknowledged = new Map<string, Acknowledged>();
  readonly #refused: { operation: Operation; code: string }[] = [];
  readonly #asked = new Map<Uuid, Asked>();
  /** The operation that a client's `client_id` names at present: errors name nothing else. */
  readonly #byRef = new Map<string, Operation>();
  #count = 0;

  constructor(
    private readonly truth: Truth,
    private readonly violations: Violations,
    /** The number of the client's present connection; 0 when it never had one, as over REST. */
    private readonly connectionOf: (client: string) => number,
  ) {}

  invoke(line: InvokeLine): void {
    const operation: Operation = {
      invoke: line,
      number: this.#count++,
      connection: this.connectionOf(line.client),
      disturbed: false,
    };
    this.#open.set(line.op, operation);
    this.#byRef.set(refOf(line.client, line.client_id), operation);
    const id = messageOf(operation);
    const { number: first } = operation;
    const asked = this.#asked.get(id) ?? { contents: new Set(), first, times: 0, refused: 0 };
    this.#asked.set(id, asked);
    asked.contents.add(line.content);
    asked.times += 1;
  }

  outcome(line: OutcomeLine): void {
    const operation = this.#open.get(line.op);
    this.#open.delete(line.op);
    if (operation === undefined) {
      this.violations.add('I2', 'an outcome of what nobody asked', { op: line.op });
      return;
    }
    if (line.type === 'ok') this.#acknowledge(operation, line.seq, line.message_id);
    else if (line.type === 'fail' && !OPEN_FAILURES.has(line.code)) {
      this.#refused.push({ operation, code: line.code });
      const asked = this.#asked.get(messageOf(operation));
      if (asked !== undefined) asked.refused += 1;
    }
  }

  /** Notes which sends were answered with an error on the way. */
  heard({ client, frame }: HeardLine): void {
    const frames = Array.isArray(frame) ? (frame as ServerFrame[]) : [frame as ServerFrame];
    for (const one of frames) {
      if (one.type !== 'error' || one.ref === undefined) continue;
      const operation = this.#byRef.get(refOf(client, one.ref));
      if (operation !== undefined) operation.disturbed = true;
    }
  }

  /** I6. Pages are the latest, so an acknowledged message may only be missing when it is older than all of the page. */
  read(line: ReadLine): void {
    const operation = this.#acknowledged.get(line.op);
    if (operation === undefined) return;
    const { room_id } = operation.invoke;
    const id = messageOf(operation);
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
    this.#checkRefused();
    checkSenderOrder(this.#ordered(), this.truth.rooms, this.violations);
    if (closedWorld) this.#checkNothingForged();
  }

  #acknowledge(operation: Operation, seq: Seq, message: Uuid): void {
    const { op, room_id, client } = operation.invoke;
    this.#acknowledged.set(op, {
      ...operation,
      seq,
      acknowledgedAt: this.#count,
      acknowledgedOn: this.connectionOf(client),
    });
    const where = { op, room: room_id, seq };
    const id = messageOf(operation);
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

  /**
   * What was refused for good never happened. A refusal speaks for its own attempt: the id may be asked again once the room
   * has forgotten it, and of a `stale` record the room remembers nothing at all. So the message may be there if any
   * operation that asked for it was not refused.
   */
  #checkRefused(): void {
    for (const { operation, code } of this.#refused) {
      const { room_id, op } = operation.invoke;
      const id = messageOf(operation);
      const asked = this.#asked.get(id);
      if (asked === undefined || asked.refused < asked.times) continue;
      const applied = this.truth.rooms.get(room_id)?.messages.get(id);
      if (applied === undefined) continue;
      this.violations.add('I2', `refused with ${code}, yet it is in the room`, {
        op,
        room: room_id,
        seq: applied.seq,
      });
    }
  }

  /** The acknowledged sends that have a place of their own, which a repetition has not. */
  #ordered(): OrderedSend[] {
    const sends: OrderedSend[] = [];
    for (const operation of this.#acknowledged.values()) {
      const { invoke, number, acknowledgedAt, connection } = operation;
      const id = messageOf(operation);
      const applied = this.truth.rooms.get(invoke.room_id)?.messages.get(id);
      const asked = this.#asked.get(id);
      if (applied === undefined || asked?.first !== number) continue;
      const undisturbed = !operation.disturbed && asked.times === 1;
      const one = connection > 0 && connection === operation.acknowledgedOn && undisturbed;
      sends.push({
        invoke,
        number,
        acknowledgedAt,
        seq: applied.seq,
        connection: one ? connection : null,
      });
    }
    return sends;
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

const messageOf = ({ invoke }: Operation): Uuid =>
  messageId(invoke.room_id, invoke.user_id, invoke.client_id);

const refOf = (client: string, clientId: string): string => `${client} ${clientId}`;
