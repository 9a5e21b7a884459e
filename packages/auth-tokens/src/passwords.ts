/** Password hashing with argon2id. */
import { ParleyError } from '@parley/contracts';
import type { Passwords } from '@parley/ports';
import { hash, hashSync, verify, type Options } from '@node-rs/argon2';

export interface PasswordOptions {
  /** Memory of one hash in KiB. Default 19456: with `timeCost` 2 the first choice of OWASP's cheat sheet. */
  readonly memoryCost?: number;
  /** Passes over that memory. Default 2. */
  readonly timeCost?: number;
  /** Hashes at work at a time. Default 2: more only wait for each other's cores and memory. */
  readonly concurrency?: number;
  /** Hashes that may wait. Beyond it `UNAVAILABLE`: a flood of logins must not take the process. Default 256. */
  readonly maxWaiting?: number;
}

/**
 * argon2id with the given costs. A hash made with other costs still verifies. Both functions throw `ParleyError
 * UNAVAILABLE` while too many hashes wait.
 */
export function createPasswords(options: PasswordOptions = {}): Passwords {
  const costs: Options = {
    // 2 = argon2id. The library's enum is ambient and cannot be imported under isolatedModules.
    algorithm: 2,
    memoryCost: options.memoryCost ?? 19_456,
    timeCost: options.timeCost ?? 2,
    parallelism: 1,
  };
  const turns = createTurns(options.concurrency ?? 2, options.maxWaiting ?? 256);
  // Verified where there is no account, so that the answer takes as long as for a wrong password.
  const dummy = hashSync('no account has this password', costs);

  return {
    hash: (password) => turns(() => hash(password, costs)),
    async verify(stored, password) {
      const matches = await turns(() => verify(stored ?? dummy, password));
      return stored !== undefined && matches;
    },
  };
}

/** Runs at most `concurrency` tasks at a time, the others in the order they came. */
function createTurns(concurrency: number, maxWaiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (running >= concurrency) {
      if (waiting.length >= maxWaiting) {
        throw new ParleyError('UNAVAILABLE', 'too many logins at once', { retryAfterMs: 1000 });
      }
      // Whoever finishes hands its place on, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
