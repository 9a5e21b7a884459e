/** A bounded number of places, given out in the order in which they were asked for. */
export class Slots {
  private taken = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly places: number) {}

  /** How many wait for a place. */
  get waiting(): number {
    return this.queue.length;
  }

  /** The place's release, or `undefined` when the signal was aborted first. */
  take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.taken < this.places) return Promise.resolve(this.occupy());
    return new Promise((resolve) => {
      const called = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(this.occupy());
      };
      const leave = (): void => {
        this.queue.splice(this.queue.indexOf(called), 1);
        resolve(undefined);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.queue.push(called);
    });
  }

  private occupy(): () => void {
    this.taken += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.taken -= 1;
      this.queue.shift()?.();
    };
  }
}
