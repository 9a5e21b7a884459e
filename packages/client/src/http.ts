/** One request, and what can come of it: a value, or a ParleyError. */
import type { ErrorCode } from '@parley/contracts';
import { ParleyError, Problem } from '@parley/contracts';
import type { Clock } from './options.js';
import { systemClock } from './system.js';

export interface HttpOptions {
  /** Without a trailing slash; `''` = the page's own origin. */
  readonly http: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** Default 15 s: a write waits up to 2 s for the projection. */
  readonly timeoutMs?: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly token?: string;
}

/**
 * Answers the parsed body (`undefined` when there is none). Fails with the code of the `application/problem+json`; with
 * `UNAVAILABLE` when the server cannot be reached or says nothing in time; with `INTERNAL` for an answer that is not ours.
 */
export async function request(options: HttpOptions, call: HttpRequest): Promise<unknown> {
  const response = await reach(options, call);
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(options, error);
  });
  if (response.ok) return text === '' ? undefined : parse(text);
  throw failure(response, text);
}

async function reach(options: HttpOptions, call: HttpRequest): Promise<Response> {
  const aborter = new AbortController();
  const clock = options.clock ?? systemClock;
  const deadline = clock.after(options.timeoutMs ?? 15_000, () => aborter.abort());
  try {
    return await (options.fetch ?? globalThis.fetch)(address(options.http, call), {
      method: call.method,
      signal: aborter.signal,
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
  } catch (error) {
    throw unreachable(options, error);
  } finally {
    deadline.cancel();
  }
}

function address(http: string, { path, query = {} }: HttpRequest): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(key, String(value));
  }
  const search = parameters.toString();
  return `${http}${path}${search === '' ? '' : `?${search}`}`;
}

function unreachable({ http }: HttpOptions, cause: unknown): ParleyError {
  return new ParleyError('UNAVAILABLE', `The server ${http} cannot be reached.`, { cause });
}

function failure(response: Response, text: string): ParleyError {
  const problem = Problem.safeParse(parse(text)).data;
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const options = {
    status: response.status,
    ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}),
  };
  if (problem === undefined) {
    // A proxy in front, or no Parley at all.
    const code = CODE_OF_STATUS[response.status] ?? 'INTERNAL';
    return new ParleyError(code, `HTTP ${response.status} ${response.statusText}`, options);
  }
  const { code, detail, errors } = problem;
  return new ParleyError(code, detail, { ...options, ...(errors === undefined ? {} : { errors }) });
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'AUTH_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'MESSAGE_TOO_LONG',
  429: 'RATE_LIMIT_EXCEEDED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
