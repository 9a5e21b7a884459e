/** The promises that a history can break. I8 is about the rows, `log` about laws of the log itself. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I11';

/** One broken promise: which, in words, and where. */
export interface Violation {
  readonly invariant: Invariant;
  readonly message: string;
  readonly where: Readonly<Record<string, string | number | null>>;
}

/** Collects violations; beyond the bound it only counts them, so that a thoroughly broken run does not fill the memory. */
export class Violations {
  readonly found: Violation[] = [];
  #dropped = 0;

  constructor(private readonly most = 200) {}

  add(invariant: Invariant, message: string, where: Violation['where'] = {}): void {
    if (this.found.length < this.most) this.found.push({ invariant, message, where });
    else this.#dropped += 1;
  }

  /** How many more there were. */
  get dropped(): number {
    return this.#dropped;
  }
}
