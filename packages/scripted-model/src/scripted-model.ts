import { ModelError, sleep, type Clock, type LanguageModel, type ModelOutput } from '@parley/ports';
import type { ModelRequest } from '@parley/ports';
import { answerTo } from './answers.js';
import { piecesOf } from './pieces.js';
import type { Mishap, Rehearsal } from './rehearsal.js';

export interface ScriptedModelOptions {
  readonly clock: Clock;
  /** Pieces per second; 0 = without any delay. Real models write 20 to 100. */
  readonly tokensPerSecond?: number;
  /** For rehearsing: fixed answers, and failures of single calls. */
  readonly rehearsal?: Rehearsal;
}

const TOKENS_PER_SECOND = 40;
/** As much as the smallest of the real models. */
const CONTEXT_TOKENS = 8_192;

/**
 * A model without a provider: what it answers is a function of the prompt, streamed piece by piece. It calls itself a demo
 * model in every answer.
 */
export function createScriptedModel(options: ScriptedModelOptions): LanguageModel {
  const { clock, rehearsal } = options;
  const perSecond = options.tokensPerSecond ?? TOKENS_PER_SECOND;
  const pause = perSecond === 0 ? 0 : 1000 / perSecond;
  let calls = 0;

  async function* stream(request: ModelRequest): AsyncGenerator<ModelOutput> {
    const call = calls++;
    const { signal } = request;
    const mishap = rehearsal?.mishap?.(call, request);
    const all = rehearsal?.pieces?.(request, call) ?? piecesOf(answerTo(request.messages));
    const pieces = all.slice(0, request.maxTokens);
    for (const [index, piece] of [...pieces, undefined].entries()) {
      if (pause > 0) await sleep(clock, pause, signal);
      if (signal.aborted) return;
      if (mishap !== undefined && happensAt(mishap, index, pieces.length)) {
        if (await suffer(mishap, signal)) return;
      }
      if (piece !== undefined) yield { text: piece };
    }
    const prompt = request.messages.reduce((sum, { content }) => sum + countTokens(content), 0);
    yield { usage: { prompt_tokens: prompt, completion_tokens: pieces.length } };
  }

  return { name: 'scripted', countTokens, contextTokens: () => CONTEXT_TOKENS, stream };
}

/** A mishap after more pieces than there are comes at the end, before the cost is told. */
function happensAt(mishap: Mishap, index: number, pieces: number): boolean {
  return index === (mishap.kind === 'refused' ? 0 : Math.min(mishap.after, pieces));
}

/** True when the stream ends here. */
async function suffer(mishap: Mishap, signal: AbortSignal): Promise<boolean> {
  switch (mishap.kind) {
    case 'refused': {
      const retriable = mishap.status === 429 || mishap.status >= 500;
      throw new ModelError(`refused with ${mishap.status}`, retriable, mishap.retryAfterMs);
    }
    case 'broken':
      throw new ModelError('the connection broke', true);
    case 'malformed':
      throw new ModelError('the stream cannot be read', false);
    case 'cut':
      return true;
    case 'stall':
      await aborted(signal);
      return true;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Three bytes of UTF-8 a token: slightly above what real tokenizers find in English, and a token per Chinese character. */
function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}
