import type {
  Clock,
  EventLog,
  Logger,
  MessageStore,
  Metrics,
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

/** What an edge needs of the world. */
export interface EdgePorts {
  readonly log: EventLog;
  readonly rooms: RoomStore;
  readonly messages: MessageStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly tokens: Tokens;
  readonly presence: PresenceStore;
  readonly signals: Signals;
  readonly limiter: RateLimiter;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}
