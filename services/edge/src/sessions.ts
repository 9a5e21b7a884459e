import type { Uuid } from '@parley/contracts';
import { within, type Clock, type Logger, type SessionStore, type Timer } from '@parley/ports';

/** How long one look may take, in ms. */
const LOOK_MS = 5_000;
/** Ended sessions remembered, so that they cannot come back while the store is away. */
const MAX_REMEMBERED = 10_000;

/** Hears within a poll of sessions that were ended. While the store is away it keeps its mark, so none is missed. */
export class Sessions {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #pollMs: number;
  readonly #onRevoked: (sessionId: Uuid) => void;
  readonly #revoked = new Set<Uuid>();
  #mark: string | undefined;
  #away = false;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(
    ports: { readonly sessions: SessionStore; readonly clock: Clock; readonly logger: Logger },
    pollMs: number,
    onRevoked: (sessionId: Uuid) => void,
  ) {
    this.#store = ports.sessions;
    this.#clock = ports.clock;
    this.#logger = ports.logger;
    this.#pollMs = pollMs;
    this.#onRevoked = onRevoked;
  }

  /** The first look takes the mark, before any connection is let in. */
  async start(): Promise<void> {
    await this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  isRevoked(sessionId: Uuid): boolean {
    return this.#revoked.has(sessionId);
  }

  async #look(): Promise<void> {
    try {
      const look = this.#store.revokedSince(this.#mark);
      const { ids, mark } = await within(this.#clock, LOOK_MS, 'revoked sessions', look);
      this.#mark = mark;
      for (const id of ids) this.#end(id);
      if (this.#away) this.#logger.info({}, 'ended sessions can be read again');
      this.#away = false;
    } catch (error) {
      if (!this.#away) this.#logger.warn({ err: error }, 'ended sessions cannot be read');
      this.#away = true;
    }
    if (this.#stopped) return;
    this.#timer = this.#clock.after(this.#pollMs, () => void this.#look());
  }

  #end(sessionId: Uuid): void {
    if (this.#revoked.has(sessionId)) return;
    this.#revoked.add(sessionId);
    if (this.#revoked.size > MAX_REMEMBERED) {
      const [oldest] = this.#revoked;
      if (oldest !== undefined) this.#revoked.delete(oldest);
    }
    this.#onRevoked(sessionId);
  }
}
