/**
 * An edge's gate for chunks of one partition. A chunk is shown only between the applied `reply.started` that it belongs to
 * and the reply's end. The two topics are read independently, so a chunk may come before its `started` was read: then it
 * waits. A claim is the seq of that `started`, so the tail's position alone tells "not read yet" from "over".
 */
import type { ChunkDelta, Seq } from '@parley/contracts';
import type { ReplyState } from './room-state.js';

export type ChunkRuling = 'show' | 'wait' | 'drop';

/** What to do with a chunk when the tail has read everything below `next`, and `reply` is the reply's state there. */
export function ruleChunk(
  delta: Pick<ChunkDelta, 'claim'>,
  reply: ReplyState | undefined,
  next: Seq,
): ChunkRuling {
  if (delta.claim >= next) return 'wait';
  const open = reply?.status === 'generating' && reply.closed === null;
  return open && reply.claim === delta.claim ? 'show' : 'drop';
}

/** What a waiting chunk costs beside its text, in UTF-16 units: so that empty ones are bounded too. */
const OVERHEAD_UNITS = 64;

export class ChunkGate {
  readonly #maxUnits: number;
  #waiting: ChunkDelta[] = [];
  #units = 0;

  /** `maxUnits`: the most text that waits, in UTF-16 units. What comes on top is lost until the text is repeated. */
  constructor(options: { readonly maxUnits: number }) {
    this.#maxUnits = options.maxUnits;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Judges a chunk and keeps it if it has to wait and there is room; `drop` if there is none. */
  offer(delta: ChunkDelta, reply: ReplyState | undefined, next: Seq): ChunkRuling {
    const ruling = ruleChunk(delta, reply, next);
    if (ruling !== 'wait') return ruling;
    const cost = delta.text.length + OVERHEAD_UNITS;
    if (this.#units + cost > this.#maxUnits) return 'drop';
    this.#waiting.push(delta);
    this.#units += cost;
    return 'wait';
  }

  /** The tail has read everything below `next`: takes out those that need wait no longer, in order of arrival, to be offered again. */
  passed(next: Seq): ChunkDelta[] {
    if (this.#waiting.length === 0) return [];
    const ready = this.#waiting.filter((delta) => delta.claim < next);
    if (ready.length === 0) return ready;
    this.#waiting = this.#waiting.filter((delta) => delta.claim >= next);
    for (const delta of ready) this.#units -= delta.text.length + OVERHEAD_UNITS;
    return ready;
  }
}
