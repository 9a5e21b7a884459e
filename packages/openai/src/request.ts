import type { PromptMessage } from '@parley/domain';
import type { ModelRequest } from '@parley/ports';
import { APIError } from 'openai';
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources';

/** What a compatible server may not understand; found out by being refused. */
export interface Dialect {
  /** OpenAI's newer models refuse `max_tokens`; most compatible servers know nothing else. */
  readonly limit: 'max_completion_tokens' | 'max_tokens';
  /** Whether it can be asked for the cost. */
  readonly usage: boolean;
}

/** The request in this dialect. */
export function requestBody(
  request: ModelRequest,
  dialect: Dialect,
): ChatCompletionCreateParamsStreaming {
  return {
    model: request.model,
    messages: request.messages.map(messageParam),
    stream: true,
    [dialect.limit]: request.maxTokens,
    ...(dialect.usage ? { stream_options: { include_usage: true } } : {}),
  };
}

/** The dialect to try next when a request was refused because of this one; `undefined` when that was not the reason. */
export function otherDialect(error: unknown, dialect: Dialect): Dialect | undefined {
  if (!(error instanceof APIError)) return undefined;
  const status: unknown = error.status;
  if (status !== 400 && status !== 422) return undefined;
  const reason = `${error.param ?? ''} ${error.message}`;
  if (dialect.usage && reason.includes('stream_options')) return { ...dialect, usage: false };
  if (!reason.includes(dialect.limit)) return undefined;
  const limit = dialect.limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
  return { ...dialect, limit };
}

function messageParam({ role, name, content }: PromptMessage): ChatCompletionMessageParam {
  const called = nameParam(name);
  return called === undefined ? { role, content } : { role, content, name: called };
}

/** The API takes names of 64 characters without spaces and a few signs. */
function nameParam(name: string | undefined): string | undefined {
  const called = name?.replace(/[\s<|\\/>]+/g, '_').slice(0, 64);
  return called === '' ? undefined : called;
}
