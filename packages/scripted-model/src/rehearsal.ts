import type { ModelRequest } from '@parley/ports';

/**
 * A failure as providers have them, to be rehearsed:
 * `refused` before the first piece (429, 500 …) · `broken`: the connection breaks after some pieces · `cut`: the stream
 * just ends, without a cost · `stall`: nothing more comes until it is aborted · `malformed`: what comes cannot be read.
 */
export type Mishap =
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'broken' | 'cut' | 'stall' | 'malformed'; readonly after: number };

/** What a rehearsal changes. Calls are counted from 0 over the life of the model. */
export interface Rehearsal {
  /** The pieces of an answer, in place of what the model would say. */
  readonly pieces?: (request: ModelRequest, call: number) => readonly string[];
  /** What goes wrong with a call. */
  readonly mishap?: (call: number, request: ModelRequest) => Mishap | undefined;
}
