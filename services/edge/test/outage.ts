import { ParleyError } from '@parley/contracts';
import type { ProjectionWatch } from '@parley/ports';
import { until } from '@parley/testkit';

/** Stores that can be taken away, as they look while the database does not answer. */
export class Outage {
  readonly #watches: ProjectionWatch[] = [];
  #away = false;
  /** Calls that were refused. */
  refusals = 0;

  /** Takes the stores away, and waits until the edges have noticed. */
  async begin(): Promise<void> {
    this.#away = true;
    this.refusals = 0;
    await until('the outage to be noticed', 5_000, () =>
      this.#watches.every((watch) => !watch.available),
    );
  }

  end(): void {
    this.#away = false;
  }

  watch(watch: ProjectionWatch): void {
    this.#watches.push(watch);
  }

  /** The same store, until the outage begins. */
  of<T extends object>(store: T): T {
    return new Proxy(store, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          if (!this.#away) return Reflect.apply(member, target, args);
          this.refusals += 1;
          return Promise.reject(new ParleyError('UNAVAILABLE', 'An outage.'));
        };
      },
    });
  }
}
