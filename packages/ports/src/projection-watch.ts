import type { Service } from './service.js';

/**
 * How far the projection has come, from one poller per process. It may be a little behind, and may go back when the
 * database recovers from a crash.
 */
export interface ProjectionWatch extends Service {
  /** The last known next offset per partition of room-events; all 0 before the first answer. */
  readonly projected: readonly number[];
  /** Whether the last poll was answered. */
  readonly available: boolean;
  /** True once the projection has passed `offset` (its next is above it); false after `timeoutMs` or on stop. */
  reached(partition: number, offset: number, timeoutMs: number): Promise<boolean>;
  /** Called after every answered poll that changed something, and when availability changes. */
  onChange(listener: () => void): { stop(): void };
}
