import type { Usage } from '@parley/contracts';
import { backoffMs } from '@parley/domain';
import {
  ModelError,
  sleep,
  type Clock,
  type LanguageModel,
  type ModelOutput,
  type ModelRequest,
  type Random,
} from '@parley/ports';

/** Calls within one attempt, while no text came: the provider was busy, not broken. */
const MAX_CALLS = 4;
const BETWEEN_CALLS = { first: 500, longest: 4_000 };

/** How an attempt ended. `aborted` is told apart from the end: else half an answer would be kept as a whole one. */
export type Ending =
  | { readonly kind: 'completed'; readonly usage: Usage }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'aborted' };

export interface Attempt {
  readonly model: LanguageModel;
  readonly request: Omit<ModelRequest, 'signal'>;
  /** Abort = stop at once. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly stallMs: number;
  /** False: enough, the rest is not wanted. */
  readonly onText: (text: string) => boolean;
}

/**
 * One attempt at an answer. Before any text a provider that was merely busy is asked again, for at most half as long as a
 * silence may last; a stream that was cut, or fell silent, has failed the attempt.
 */
export async function askProvider(attempt: Attempt): Promise<Ending> {
  const { clock, random, signal } = attempt;
  const begun = clock.now();
  let started = false;
  const onText = (text: string): boolean => {
    started = true;
    return attempt.onText(text);
  };
  for (let calls = 1; ; calls++) {
    const ending = await call({ ...attempt, onText });
    if (ending.kind !== 'failed' || started || calls === MAX_CALLS) return ending;
    const { error } = ending;
    if (!(error instanceof ModelError) || !error.retriable) return ending;
    const wait = error.retryAfterMs ?? backoffMs(calls, random.fraction(), BETWEEN_CALLS);
    // Together with the last call's silence it must not last longer than viewers are promised.
    if (clock.now() - begun + wait > attempt.stallMs / 2) return ending;
    await sleep(clock, wait, signal);
    if (signal.aborted) return { kind: 'aborted' };
  }
}

/** One call, left alone as soon as it stalls or is aborted: a provider's iterator need not obey. */
async function call(attempt: Attempt): Promise<Ending> {
  const { model, request, signal, onText } = attempt;
  if (signal.aborted) return { kind: 'aborted' };
  const leave = new AbortController();
  const watchdog = new Watchdog(attempt.clock, attempt.stallMs, signal);
  const outputs = model.stream({ ...request, signal: leave.signal })[Symbol.asyncIterator]();
  let usage: Usage | undefined;
  try {
    for (;;) {
      const step = await Promise.race([outputs.next(), watchdog.bitten]);
      if (step === 'aborted') return { kind: 'aborted' };
      if (step === 'stalled') {
        return failed(`no piece of the answer for ${attempt.stallMs} ms`);
      }
      watchdog.calm();
      if (step.done === true) break;
      const output: ModelOutput = step.value;
      if ('usage' in output) usage = output.usage;
      else if (!onText(output.text)) {
        return { kind: 'completed', usage: usage ?? counted(attempt.model, request) };
      }
    }
  } catch (error) {
    if (signal.aborted) return { kind: 'aborted' };
    return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    watchdog.end();
    leave.abort();
    // It may hang in a read that never ends; whatever it still has to say is not wanted.
    outputs.return?.()?.then(undefined, () => undefined);
  }
  if (signal.aborted) return { kind: 'aborted' };
  return usage === undefined
    ? failed('the stream ended before its answer')
    : { kind: 'completed', usage };
}

function failed(message: string): Ending {
  return { kind: 'failed', error: new ModelError(message, false) };
}

function counted(model: LanguageModel, request: Omit<ModelRequest, 'signal'>): Usage {
  const prompt = request.messages.reduce((sum, { content }) => sum + model.countTokens(content), 0);
  return { prompt_tokens: prompt, completion_tokens: request.maxTokens };
}

/** Notices silence, and an abort, whichever comes first. */
class Watchdog {
  readonly bitten: Promise<'stalled' | 'aborted'>;
  private bite: (reason: 'stalled' | 'aborted') => void = () => undefined;
  private timer: { cancel(): void } | undefined;
  private readonly onAbort = (): void => this.bite('aborted');

  constructor(
    private readonly clock: Clock,
    private readonly ms: number,
    private readonly signal: AbortSignal,
  ) {
    this.bitten = new Promise((resolve) => {
      this.bite = resolve;
    });
    signal.addEventListener('abort', this.onAbort, { once: true });
    this.calm();
  }

  /** A sign of life: the wait begins anew. */
  calm(): void {
    this.timer?.cancel();
    this.timer = this.clock.after(this.ms, () => this.bite('stalled'));
  }

  end(): void {
    this.timer?.cancel();
    this.signal.removeEventListener('abort', this.onAbort);
  }
}
