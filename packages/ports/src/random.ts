import type { Uuid } from '@parley/contracts';

/** Randomness, owned by whoever runs the service: the system, or a simulation. */
export interface Random {
  /** `n` random bytes. */
  bytes(n: number): Uint8Array;
  /** A UUIDv4. */
  uuid(): Uuid;
  /** A number in [0, 1): for jitter. */
  fraction(): number;
}
