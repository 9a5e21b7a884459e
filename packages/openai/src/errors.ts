import { ModelError } from '@parley/ports';
import { APIConnectionError, APIError } from 'openai';

/** No provider's wish to be left alone is honoured for longer: the worker gives an attempt up before that. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * A failure of the API as a {@link ModelError}. Retriable are 408, 409, 429 and 5xx, a broken connection, and an error that
 * the provider reports within the stream.
 */
export function modelError(error: unknown, now: number): ModelError {
  if (error instanceof ModelError) return error;
  if (error instanceof APIConnectionError) {
    return new ModelError('the provider cannot be reached', true, undefined, { cause: error });
  }
  if (error instanceof APIError) {
    const status: unknown = error.status;
    const retriable =
      typeof status !== 'number' || [408, 409, 429].includes(status) || status >= 500;
    const what =
      typeof status === 'number' ? `the provider answered ${status}` : 'the provider failed';
    return new ModelError(what, retriable, retryAfterMs(error.headers, now), { cause: error });
  }
  if (error instanceof SyntaxError) {
    return new ModelError('the provider sent what cannot be read', false, undefined, {
      cause: error,
    });
  }
  // What fetch throws when a connection breaks in mid-stream: TypeError "terminated".
  return new ModelError('the connection to the provider broke', true, undefined, { cause: error });
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfterMs(headers: unknown, now: number): number | undefined {
  if (!(headers instanceof Headers)) return undefined;
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  const after = headers.get('retry-after') ?? '';
  const seconds = Number.parseFloat(after);
  const wait = [ms, seconds * 1000, Date.parse(after) - now].find((n) => !Number.isNaN(n));
  return wait === undefined ? undefined : Math.min(Math.max(0, wait), LONGEST_RETRY_AFTER_MS);
}
