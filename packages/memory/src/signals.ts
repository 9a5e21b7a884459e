import type { Signal, Signals } from '@parley/ports';

/** Signals that wait for the end of the running task. Beyond it they are dropped: they are fleeting news. */
const MAX_WAITING = 10_000;

/** News between the edges of one process. Delivered after the task that published, so that a subscriber may publish. */
export function createMemorySignals(): Signals {
  const subscribers = new Set<(signal: Signal) => void>();
  let waiting: Signal[] = [];

  const deliver = (): void => {
    const signals = waiting;
    waiting = [];
    for (const signal of signals) for (const onSignal of subscribers) onSignal(signal);
  };

  return {
    publish(signal) {
      if (waiting.length >= MAX_WAITING) return;
      if (waiting.push(signal) === 1) queueMicrotask(deliver);
    },
    subscribe(onSignal) {
      // A function of its own per subscription: the same callback may subscribe twice.
      const subscriber = (signal: Signal): void => onSignal(signal);
      subscribers.add(subscriber);
      return { stop: () => void subscribers.delete(subscriber) };
    },
  };
}
