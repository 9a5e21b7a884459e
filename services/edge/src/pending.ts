/**
 * What was appended and has not been read back. A client's event is answered by the edge's own tail alone: the verdict on
 * the first record with its id.
 */
import { VOID_REASONS, type Uuid, type VoidReason } from '@parley/contracts';
import type { Judged } from '@parley/domain';
import type { Clock } from '@parley/ports';
import type { ConnectedUser } from './connected-user.js';
import type { Failure } from './hearer.js';

/** Events that wait for their verdict; more are refused with UNAVAILABLE. */
const MAX_PENDING = 100_000;
/** Waits on one id: whoever repeats more often gets his answer from the others. */
const MAX_REPEATS = 16;
/** An append gives up after 60 s, and what it wrote is read back soon. */
const PENDING_MS = 65_000;

export interface Waiter {
  readonly user: ConnectedUser;
  /** What the client knows the event by. */
  readonly ref: string;
}

interface Pending {
  readonly first: Waiter;
  readonly repeats: Waiter[];
  readonly deadline: number;
}

/** How long an event took to be read back, in ms. */
export type OnReadBack = (ms: number) => void;

/** An event was applied: whoever repeated it meanwhile is to be shown it. The first sees it in the room. */
export type OnRepeated = (waiter: Waiter, judged: Judged) => void;

export class PendingEvents {
  readonly #clock: Clock;
  readonly #onRepeated: OnRepeated;
  readonly #onReadBack: OnReadBack;
  /** In the order of their deadlines. */
  readonly #pending = new Map<Uuid, Pending>();

  constructor(clock: Clock, onRepeated: OnRepeated, onReadBack: OnReadBack) {
    this.#clock = clock;
    this.#onRepeated = onRepeated;
    this.#onReadBack = onReadBack;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Whether this id waits for its verdict already: then both get their answer with it. */
  join(id: Uuid, waiter: Waiter): boolean {
    const pending = this.#pending.get(id);
    if (pending === undefined) return false;
    if (pending.repeats.length < MAX_REPEATS) pending.repeats.push(waiter);
    return true;
  }

  /** False when too many wait: nothing may be appended. */
  add(id: Uuid, waiter: Waiter): boolean {
    if (this.#pending.size >= MAX_PENDING) return false;
    const deadline = this.#clock.now() + PENDING_MS;
    this.#pending.set(id, { first: waiter, repeats: [], deadline });
    return true;
  }

  /** The tail has judged it. Call it when what was applied has been sent to the rooms. */
  judged(judged: Judged): void {
    const { event, outcome } = judged;
    const pending = this.#pending.get(event.id);
    if (pending === undefined) return;
    this.#pending.delete(event.id);
    const { first, repeats, deadline } = pending;
    this.#onReadBack(this.#clock.now() - (deadline - PENDING_MS));
    if (outcome.reason === null) {
      for (const waiter of repeats) this.#onRepeated(waiter, judged);
    } else if (outcome.reason === 'duplicate') {
      for (const waiter of [first, ...repeats]) this.#onRepeated(waiter, judged);
    } else {
      for (const waiter of [first, ...repeats]) refuse(waiter, outcome.reason);
    }
  }

  /** It will not be read back: everybody who waits is told. */
  fail(id: Uuid, failure: Failure): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    for (const { user, ref } of [pending.first, ...pending.repeats]) {
      user.tell({ type: 'error', ...failure, ref });
    }
  }

  /** Gives up what is overdue. Its outcome is unknown: the same id may be sent again. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [id, { deadline }] of this.#pending) {
      if (deadline > now) return;
      this.fail(id, UNKNOWN_OUTCOME);
    }
  }

  /** Those who wait for a verdict. */
  users(): ReadonlySet<ConnectedUser> {
    const users = new Set<ConnectedUser>();
    for (const { first, repeats } of this.#pending.values()) {
      for (const { user } of [first, ...repeats]) users.add(user);
    }
    return users;
  }
}

export const UNKNOWN_OUTCOME: Failure = {
  code: 'UNAVAILABLE',
  message: 'The log did not confirm this in time: send the same again.',
};

/** Tells the author why his event changed nothing. */
export function refuse({ user, ref }: Waiter, reason: VoidReason): void {
  const code = VOID_REASONS[reason];
  user.tell({ type: 'error', code, message: `Void: ${reason}.`, reason, ref });
}
