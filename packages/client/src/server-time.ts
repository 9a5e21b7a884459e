/** The server's time as this client knows it, and the ids minted from it. */
import { uuidV7, type Uuid } from '@parley/contracts';
import type { Clock, Random } from './options.js';

/** How far the server's clock is ahead of ours, measured at each authentication. */
export class ServerTime {
  #offsetMs: number | null = null;

  constructor(private readonly clock: Clock) {}

  /** Whether the server has told its time yet. */
  get known(): boolean {
    return this.#offsetMs !== null;
  }

  /**
   * The server said `serverTime` (Unix ms) somewhere between our `sentAt` and now; the middle is off by half a round trip
   * at most.
   */
  observe(sentAt: number, serverTime: number): void {
    this.#offsetMs = serverTime - (sentAt + this.clock.now()) / 2;
  }

  /** Unix ms; our own clock's until the server has told its time. */
  now(): number {
    return Math.round(this.clock.now() + (this.#offsetMs ?? 0));
  }
}

/** The largest value of the 12 bits that count ids within one millisecond. */
const MAX_COUNT = 0xfff;
/**
 * Ids ahead of the server by more than this are not minted: edges take ids from up to 30 s ahead on the fast path. Past
 * it the order of ids begins anew, since a clock that jumped back by so much was wrong before.
 */
const MAX_AHEAD_MS = 20_000;

/** Mints UUIDv7s, each greater than the one before, from the server's time. */
export class IdMint {
  #ms = -1;
  #count = 0;

  constructor(
    private readonly time: ServerTime,
    private readonly random: Random,
  ) {}

  mint(): Uuid {
    const now = this.time.now();
    if (now > this.#ms || this.#ms - now > MAX_AHEAD_MS) this.#start(now);
    else if (this.#count < MAX_COUNT) this.#count++;
    else this.#start(this.#ms + 1);
    const bytes = Uint8Array.from(this.random.bytes(10));
    bytes[0] = this.#count >> 8;
    bytes[1] = this.#count & 0xff;
    return uuidV7(this.#ms, bytes);
  }

  /** A random beginning in the lower half leaves 2,048 ids for the millisecond. */
  #start(ms: number): void {
    this.#ms = ms;
    const [high = 0, low = 0] = this.random.bytes(2);
    this.#count = ((high << 8) | low) & 0x7ff;
  }
}
