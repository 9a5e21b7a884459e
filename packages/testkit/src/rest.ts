/** REST as any HTTP client speaks it, for tests: never throws on a status, only when nobody answers. */

/** An answer, with its body parsed where it is JSON. `body` is unchecked: tests assert what they use. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  readonly text: string;
}

export interface Call {
  readonly token?: string | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, with `content-type: application/json` unless a header says otherwise. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 15 s. */
  readonly timeoutMs?: number;
}

/** One request to `url + path`. */
export async function rest<T = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  call: Call = {},
): Promise<Answer<T>> {
  const body = call.raw ?? (call.json === undefined ? null : JSON.stringify(call.json));
  const response = await fetch(url + path, {
    method,
    body,
    signal: AbortSignal.timeout(call.timeoutMs ?? 15_000),
    headers: {
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
      ...call.headers,
    },
  });
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : {}) as T,
    text,
  };
}

/** As {@link rest}, but an answer other than 2xx is an error that says what was answered. Returns the body. */
export async function must<T = Record<string, unknown>>(
  url: string,
  method: string,
  path: string,
  call: Call = {},
): Promise<T> {
  const { status, body, text } = await rest<T>(url, method, path, call);
  if (status >= 200 && status < 300) return body;
  throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`);
}
