/** Beyond it, in ms, a node's clock is wrong enough for its events to be void: it is not ready. */
const MAX_SKEW_MS = 30_000;

/** How far this node's clock is from the log's, as its own appends tell. */
export class ClockSkew {
  #ms = 0;

  /** An append that was stamped `at` by the log was asked for at `from` and answered at `to` by our clock (all Unix ms). */
  note(at: number, from: number, to: number): void {
    // Anything between asking and answering is in order.
    this.#ms = at < from ? at - from : Math.max(0, at - to);
  }

  /** Why this node is not ready, if so. */
  get fault(): string | undefined {
    if (Math.abs(this.#ms) <= MAX_SKEW_MS) return undefined;
    const seconds = Math.round(-this.#ms / 1000);
    return `the clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the log's`;
  }
}
