import type { ControlFrame, Seq, User, Uuid } from '@parley/contracts';
import type { Identity } from '@parley/ports';
import { controlFrame } from './frames.js';
import type { Hearer, Lag } from './hearer.js';
import type { Notice } from './notice.js';
import type { Outbox } from './outbox.js';
import { Turns } from './turns.js';

/** Reads of the projection at a time that one connection may cause by its syncs. */
const MAX_READS = 4;

/** One authenticated connection. */
export class ConnectedUser implements Hearer {
  readonly userId: Uuid;
  readonly sessionId: Uuid;
  readonly roomIds = new Set<Uuid>();
  readonly notices = new Map<Uuid, Notice[]>();
  readonly lags = new Map<Uuid, Lag>();
  readonly unnamed = new Map<Uuid, Seq>();
  readonly awaited = new Map<Uuid, Seq>();
  readonly ungiven = new Set<Uuid>();
  readonly reads = new Turns(MAX_READS);
  naming = false;
  admitted = false;
  closed = false;
  sessionEndsAt = Number.POSITIVE_INFINITY;
  #user: User | undefined;

  constructor(
    identity: Identity,
    readonly outbox: Outbox,
    readonly end: Hearer['end'],
  ) {
    this.userId = identity.user_id;
    this.sessionId = identity.session_id;
  }

  /** Throws before the user is known. */
  get user(): User {
    if (this.#user === undefined) throw new Error('the user of this connection is not known yet');
    return this.#user;
  }

  set user(user: User) {
    this.#user = user;
  }

  get congested(): boolean {
    return this.outbox.congested;
  }

  send(data: string | Uint8Array): void {
    this.outbox.send(data);
  }

  tell(frame: ControlFrame): void {
    this.outbox.send(controlFrame(frame));
  }

  writable(): Promise<boolean> {
    return this.outbox.writable();
  }

  expectDrain(): void {
    this.outbox.expectDrain();
  }
}
