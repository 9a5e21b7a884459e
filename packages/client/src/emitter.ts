/** A typed emitter: listeners are called in the order in which they were added, synchronously. */

type Listeners<Events> = { [K in keyof Events]?: ((event: Events[K]) => void)[] };

export class Emitter<Events> {
  readonly #listeners: Listeners<Events> = {};

  /** @param failed called with what a listener threw: the others, and the client, go on. */
  constructor(private readonly failed: (error: unknown) => void) {}

  /** Adds a listener; the answer removes it. A listener added during an emit is first called by the next one. */
  on<K extends keyof Events>(type: K, listener: (event: Events[K]) => void): () => void {
    this.#listeners[type] = [...(this.#listeners[type] ?? []), listener];
    return () => {
      this.#listeners[type] = (this.#listeners[type] ?? []).filter((other) => other !== listener);
    };
  }

  emit<K extends keyof Events>(type: K, event: Events[K]): void {
    const listeners = this.#listeners[type];
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        this.failed(error);
      }
    }
  }
}
