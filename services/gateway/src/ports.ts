import type { Health } from '@parley/contracts';
import type {
  Clock,
  EventLog,
  Logger,
  MessageStore,
  Metrics,
  Passwords,
  PresenceStore,
  ProjectionWatch,
  Random,
  RateLimiter,
  RoomStore,
  SessionStore,
  Signals,
  Tokens,
  UserStore,
} from '@parley/ports';

/** What the gateway needs of the world. Each use case takes the part that it uses. */
export interface GatewayPorts {
  readonly log: EventLog;
  readonly rooms: RoomStore;
  readonly messages: MessageStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  readonly presence: PresenceStore;
  readonly signals: Signals;
  readonly limiter: RateLimiter;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How everything behind the gateway is. Answers within a second or two, never throws. */
  readonly health: () => Promise<Health>;
}

/** What every write to the log needs. */
export type WritePorts = Pick<
  GatewayPorts,
  'log' | 'rooms' | 'projection' | 'clock' | 'random' | 'logger'
>;
