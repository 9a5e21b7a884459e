/** Tasks of one owner run one after the other, those of different owners side by side. */
export class Lanes<Owner> {
  readonly #max: number;
  readonly #lanes = new Map<Owner, { last: Promise<void>; waiting: number }>();

  /** `max`: tasks of one owner that may wait. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether something of this owner is under way. */
  busy(owner: Owner): boolean {
    return this.#lanes.has(owner);
  }

  /** False, and nothing done, when too many wait. A task deals with its own failures: one that rejects is passed over. */
  run(owner: Owner, task: () => Promise<void>): boolean {
    const lane = this.#lanes.get(owner) ?? { last: Promise.resolve(), waiting: 0 };
    if (lane.waiting >= this.#max) return false;
    this.#lanes.set(owner, lane);
    lane.waiting += 1;
    const done = (): void => {
      lane.waiting -= 1;
      if (lane.waiting === 0) this.#lanes.delete(owner);
    };
    lane.last = lane.last.then(task).then(done, done);
    return true;
  }
}
