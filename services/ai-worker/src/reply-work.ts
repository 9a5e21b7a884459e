import type { Seq } from '@parley/contracts';
import { backoffMs, type BackoffBounds } from '@parley/domain';
import type { Random } from '@parley/ports';
import type { AnswerText } from './answer-text.js';
import type { InHand } from './duty.js';

/** After work that led nowhere. */
const AFTER_FAILURE = { first: 200, longest: 5_000 };
/**
 * Before taking back an answer that another owner has claimed: one of the two does not know yet that it lost the partition,
 * and if both claimed at once, neither would come to its first word.
 */
const BEFORE_TAKING_BACK = { first: 4_000, longest: 16_000 };
const NOTHING: InHand = { state: 'nothing' };

/** What this worker wrote under one claim. */
export interface Written {
  readonly claim: Seq;
  readonly answer: AnswerText;
  readonly promptTokens: number;
}

/** One task at a time about one reply, and what is remembered between two of them. */
export class ReplyWork {
  inHand: InHand = NOTHING;
  written: Written | undefined;
  /** Unix ms: nothing new is begun before. */
  resumeAt = 0;
  /** Unix ms: the answer is not claimed again before; it may be settled. */
  claimAt = 0;
  /** Unix ms: the next review that is already planned. */
  wakesAt = Infinity;
  private pauses = 0;
  private running: AbortController | undefined;

  constructor(private readonly random: Pick<Random, 'fraction'>) {}

  get busy(): boolean {
    return this.running !== undefined;
  }

  /**
   * Runs a task; it answers whether it came to its end as it should. `done` is called after it ended, with the error if it
   * threw. The task's signal is aborted by `interrupt` and with `owned`.
   */
  start(
    owned: AbortSignal,
    task: (signal: AbortSignal) => Promise<boolean>,
    done: (outcome: { readonly worked: boolean; readonly error?: unknown }) => void,
  ): void {
    const abort = new AbortController();
    const follow = (): void => abort.abort();
    owned.addEventListener('abort', follow, { once: true });
    if (owned.aborted) follow();
    this.running = abort;
    this.inHand = { state: 'preparing' };
    const ended = (outcome: { readonly worked: boolean; readonly error?: unknown }): void => {
      owned.removeEventListener('abort', follow);
      this.running = undefined;
      this.inHand = NOTHING;
      done(outcome);
    };
    void task(abort.signal).then(
      (worked) => ended({ worked }),
      (error: unknown) => ended({ worked: false, error }),
    );
  }

  /** Ends the running task without further writes; `done` follows. */
  interrupt(): void {
    this.running?.abort();
  }

  /** As {@link interrupt}, because another owner has claimed the answer; it is left to him for a while. */
  yield(now: number): void {
    if (this.running === undefined || this.running.signal.aborted) return;
    this.claimAt = now + this.nextPause(BEFORE_TAKING_BACK);
    this.running.abort();
  }

  /** Waits longer each time. */
  pause(now: number): void {
    this.resumeAt = now + this.nextPause(AFTER_FAILURE);
  }

  private nextPause(bounds: BackoffBounds): number {
    this.pauses += 1;
    return backoffMs(this.pauses, this.random.fraction(), bounds);
  }

  /** Things go well again. */
  unpause(): void {
    this.pauses = 0;
  }
}
