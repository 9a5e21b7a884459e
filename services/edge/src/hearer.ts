import type { CloseCode, ControlFrame, Seq, User, Uuid } from '@parley/contracts';
import type { Notice } from './notice.js';
import type { Turns } from './turns.js';

/** An answer of which a congested socket was spared some ticks. `sent`: how much of the text it has, in UTF-16 units. */
export interface Lag {
  readonly roomId: Uuid;
  readonly claim: Seq;
  sent: number;
}

/** An authenticated connection, as rooms see it. */
export interface Hearer {
  readonly userId: Uuid;
  readonly user: User;
  readonly sessionId: Uuid;
  /** Whether it was told its rooms: before that, news of its memberships wait as {@link Hearer.notices}. */
  readonly admitted: boolean;
  readonly closed: boolean;
  /** Whether ticks and typing are to be spared. */
  readonly congested: boolean;
  /** The rooms that it hears, or will hear when their sync is done. */
  readonly roomIds: Set<Uuid>;
  /** Memberships that may have begun while its rooms were gathered, or in rooms not hosted; the newest of each room. */
  readonly notices: Map<Uuid, Notice[]>;
  /** Open answers of which it was spared some ticks, by reply. */
  readonly lags: Map<Uuid, Lag>;
  /** Rooms kept silent until a `sync` frame names them, each with the seq that it was told in `ready`. */
  readonly unnamed: Map<Uuid, Seq>;
  /** Rooms that it asked to be synced and does not hear yet, each with its `after`: silent as soon as it is in them. */
  readonly awaited: Map<Uuid, Seq>;
  /** Rooms that it was told to be in now, until the reset of each is done. A newer sync does not do without it. */
  readonly ungiven: Set<Uuid>;
  /** What its syncs may read of the projection at a time. */
  readonly reads: Turns;
  /** Whether it announced more rooms to come (`more: true`) and they have not all come. */
  naming: boolean;
  /** Sends what others get too. */
  send(data: string | Uint8Array): void;
  /** Sends a frame made for it. */
  tell(frame: ControlFrame): void;
  writable(): Promise<boolean>;
  /** Asks to be given the rest of its lags once it reads again. */
  expectDrain(): void;
  /** Unix ms when its session ends by itself. */
  sessionEndsAt: number;
  /** Ends the connection, saying why. */
  end(code: CloseCode, reason: string, failure?: Failure): void;
}

/** Tells of a failure. */
export type Failure = Omit<Extract<ControlFrame, { type: 'error' }>, 'type'>;
