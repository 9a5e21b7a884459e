import { ModelError, type Clock, type LanguageModel, type ModelOutput } from '@parley/ports';
import type { ModelRequest } from '@parley/ports';
import OpenAI from 'openai';
import type { ChatCompletionChunk } from 'openai/resources';
import { modelError } from './errors.js';
import { otherDialect, requestBody, type Dialect } from './request.js';
import { contextTokens, countTokens } from './tokens.js';

export interface OpenAiOptions {
  readonly apiKey: string;
  /** Of a compatible server; OpenAI's own by default. */
  readonly baseUrl?: string;
  readonly clock: Pick<Clock, 'now'>;
}

const OPENAI_URL = 'https://api.openai.com/v1';
/** Until the response begins; a stream that stalls later is the worker's to notice. */
const RESPONSE_TIMEOUT_MS = 60_000;
/** A server is asked in at most this many dialects. */
const MOST_DIALECTS = 4;

/**
 * The Chat Completions API. The library's own retries are off: only whoever knows whether text was already shown can
 * decide about another try.
 */
export function createOpenAiModel(options: OpenAiOptions): LanguageModel {
  const { clock } = options;
  const client = new OpenAI({
    apiKey: options.apiKey,
    maxRetries: 0,
    timeout: RESPONSE_TIMEOUT_MS,
    // Its log would carry texts.
    logLevel: 'off',
    baseURL: options.baseUrl ?? OPENAI_URL,
  });
  let dialect: Dialect = {
    limit: isOpenAi(client.baseURL) ? 'max_completion_tokens' : 'max_tokens',
    usage: true,
  };

  async function open(request: ModelRequest): Promise<AsyncIterable<ChatCompletionChunk>> {
    for (let tries = 1; ; tries++) {
      const tried = dialect;
      try {
        return await client.chat.completions.create(requestBody(request, tried), {
          signal: request.signal,
        });
      } catch (error) {
        const other = otherDialect(error, tried);
        if (other === undefined || tries === MOST_DIALECTS) throw error;
        dialect = other;
      }
    }
  }

  async function* stream(request: ModelRequest): AsyncGenerator<ModelOutput> {
    const { signal } = request;
    let text = '';
    let finish: string | undefined;
    let usage: ModelOutput | undefined;
    try {
      if (signal.aborted) return;
      for await (const chunk of await open(request)) {
        if (signal.aborted) return;
        const choice = chunk.choices?.[0];
        const piece = choice?.delta?.content ?? '';
        if (piece !== '') {
          text += piece;
          yield { text: piece };
        }
        finish = choice?.finish_reason ?? finish;
        usage = usageOf(chunk) ?? usage;
      }
    } catch (error) {
      if (signal.aborted) return;
      throw modelError(error, clock.now());
    }
    if (signal.aborted) return;
    if (finish === undefined) throw new ModelError('the stream ended before its answer', true);
    if (finish === 'content_filter' && text === '') {
      throw new ModelError('the provider refused to answer this', false);
    }
    yield usage ?? { usage: counted(request, text) };
  }

  return { name: 'openai', countTokens, contextTokens, stream };
}

function isOpenAi(url: string): boolean {
  return new URL(url).hostname.endsWith('openai.com');
}

function usageOf({ usage }: ChatCompletionChunk): ModelOutput | undefined {
  if (usage === null || usage === undefined) return undefined;
  const { prompt_tokens, completion_tokens } = usage;
  return { usage: { prompt_tokens, completion_tokens } };
}

/** For servers that do not tell the cost. */
function counted(request: ModelRequest, text: string) {
  const prompt = request.messages.reduce((sum, { content }) => sum + countTokens(content), 0);
  return { prompt_tokens: prompt, completion_tokens: countTokens(text) };
}
