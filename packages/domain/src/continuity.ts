/** A hole in the offsets of a partition: `expected` was to come and `found` came. */
export interface Gap {
  readonly expected: number;
  readonly found: number;
  /** The same hole was met before, after reading it anew: no record will ever fill it (a transaction marker, retention). */
  readonly real: boolean;
}

/**
 * Watches that offsets follow each other. A hole is most often a reader's mistake, so the first time it asks to be read
 * again; the same hole twice is real and passed, or a partition would stand still for ever.
 */
export class Continuity {
  #met: { readonly expected: number; readonly found: number } | undefined;

  /** The records from `next` on, up to the first hole. Records below `next` were had before and are left out. */
  follow<R extends { readonly offset: number }>(
    next: number,
    records: readonly R[],
  ): { readonly run: readonly R[]; readonly gap: Gap | undefined } {
    const run: R[] = [];
    let expected = next;
    for (const record of records) {
      if (record.offset < expected) continue;
      if (record.offset > expected) return { run, gap: this.#judge(expected, record.offset) };
      run.push(record);
      expected += 1;
    }
    return { run, gap: undefined };
  }

  #judge(expected: number, found: number): Gap {
    const real = this.#met?.expected === expected && this.#met.found === found;
    this.#met = real ? undefined : { expected, found };
    return { expected, found, real };
  }
}
