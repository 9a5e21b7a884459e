import type { Uuid } from '@parley/contracts';

/** Fleeting news between edges. */
export type Signal =
  | { readonly type: 'typing'; readonly room_id: Uuid; readonly user_id: Uuid }
  | { readonly type: 'presence'; readonly user_id: Uuid; readonly status: 'online' | 'offline' };

/** Best effort, to every subscriber, the publisher's own included; may be lost, never waits. */
export interface Signals {
  publish(signal: Signal): void;
  subscribe(onSignal: (signal: Signal) => void): { stop(): void };
}
