import type { Seq } from '@parley/contracts';

/** The text of an answer on its way, composed from its chunks. */
export interface ReplyText {
  /** Of the chunks seen last; `null` before the first. */
  claim: Seq | null;
  text: string;
  /** Whether `text` is everything from the beginning of this claim's answer. */
  complete: boolean;
}

/** Nothing seen yet. */
export function emptyReplyText(): ReplyText {
  return { claim: null, text: '', complete: false };
}

/**
 * Composes a chunk into the text (changed in place); true if anything changed. A new claim that does not begin at 0 clears
 * the text and waits; offset 0 replaces; up to the length cuts there and appends; beyond is ignored, until the whole text
 * is repeated. Offsets count UTF-16 units. A lower claim is one that was superseded: ignored.
 */
export function applyChunk(
  state: ReplyText,
  delta: { readonly claim: Seq; readonly offset: number; readonly text: string },
): boolean {
  if (state.claim !== null && delta.claim < state.claim) return false;
  if (delta.claim !== state.claim) {
    state.claim = delta.claim;
    state.text = '';
    state.complete = false;
    if (delta.offset > 0) return true;
  }
  if (delta.offset === 0) {
    const changed = !state.complete || state.text !== delta.text;
    state.text = delta.text;
    state.complete = true;
    return changed;
  }
  if (!state.complete || delta.offset > state.text.length) return false;
  const text = state.text.slice(0, delta.offset) + delta.text;
  const changed = text !== state.text;
  state.text = text;
  return changed;
}
