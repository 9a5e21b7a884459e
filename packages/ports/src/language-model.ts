import type { Usage } from '@parley/contracts';
import type { PromptMessage } from '@parley/domain';

export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly PromptMessage[];
  readonly maxTokens: number;
  /** Aborting ends the stream at once; the iterator then ends without an error. */
  readonly signal: AbortSignal;
}

/** A piece of text, or (last) what it cost. */
export type ModelOutput = { readonly text: string } | { readonly usage: Usage };

/** A failure of the provider. `retriable`: worth another try before any text came (429, 5xx, a broken connection). */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  constructor(
    message: string,
    readonly retriable: boolean,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A provider of answers. */
export interface LanguageModel {
  readonly name: string;
  /** How many tokens a text is, for budgets: exact or slightly above. */
  countTokens(text: string): number;
  /** Tokens that a prompt and its answer may have together. */
  contextTokens(model: string): number;
  /** Streams one answer. Throws {@link ModelError}; an iterator that ends without `usage` was cut, unless aborted. */
  stream(request: ModelRequest): AsyncIterable<ModelOutput>;
}
