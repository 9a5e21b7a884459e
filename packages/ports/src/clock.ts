/** Time, owned by whoever runs the service: the system, or a simulation. */
export interface Clock {
  /** Unix time in ms. May step; never used to order events. */
  now(): number;
  /** Runs `task` once after `ms` (≥ 0) unless cancelled. A task that throws is a bug of its owner. */
  after(ms: number, task: () => void): Timer;
}

export interface Timer {
  /** Harmless after it fired. */
  cancel(): void;
}

/** Resolves after `ms`, or at once when the signal is aborted. Never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** A wait took longer than it may; what was waited for may still happen. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/** The outcome of `work`, or {@link DeadlineExceeded} after `ms`. `work` itself goes on: its outcome is then unknown. */
export async function within<T>(
  clock: Clock,
  ms: number,
  what: string,
  work: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(new DeadlineExceeded(`${what}: over ${ms} ms`)));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}
