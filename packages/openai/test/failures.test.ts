import { afterEach, expect, test } from '@jest/globals';
import { ModelError } from '@parley/ports';
import type { ServerResponse } from 'node:http';
import { ask, line, piece, sse, startProvider, textOf } from './sse-server.js';
import type { Provider } from './sse-server.js';

let provider: Provider | undefined;
afterEach(() => provider?.close());

async function failure(answer: (response: ServerResponse) => void) {
  provider = await startProvider(answer);
  const { outputs, error } = await ask(provider);
  expect(error).toBeInstanceOf(ModelError);
  const { retriable, retryAfterMs } = error as ModelError;
  return { retriable, retryAfterMs, text: textOf(outputs), calls: provider.received.length };
}

function refuse(status: number, headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message: 'no' } }));
  };
}

test('429 may be tried again, after the time the provider names; the library itself never tries again', async () => {
  expect(await failure(refuse(429, { 'retry-after': '3' }))).toEqual({
    retriable: true,
    retryAfterMs: 3000,
    text: '',
    calls: 1,
  });
});

test.each([500, 502, 503])('%i may be tried again', async (status) => {
  expect(await failure(refuse(status))).toMatchObject({ retriable: true, calls: 1 });
});

test.each([400, 401, 403, 404])('%i may not', async (status) => {
  expect(await failure(refuse(status))).toMatchObject({ retriable: false, calls: 1 });
});

test('a provider that is not there may be tried again', async () => {
  const { error } = await ask({ url: 'http://127.0.0.1:9/v1' });
  expect(error).toMatchObject({ name: 'ModelError', retriable: true });
});

test('a connection cut in mid-stream is a failure', async () => {
  const cut = await failure((response) => {
    sse(response);
    line(response, piece('half'));
    setImmediate(() => response.socket?.resetAndDestroy());
  });
  expect(cut.retriable).toBe(true);
});

test('a stream that ends before its answer is finished was cut, however politely', async () => {
  const cut = await failure((response) => {
    sse(response);
    line(response, piece('half'));
    response.end('data: [DONE]\n\n');
  });
  expect(cut).toMatchObject({ text: 'half', retriable: true });
});

test('a line that cannot be read is a failure', async () => {
  const malformed = await failure((response) => {
    sse(response);
    line(response, piece('half'));
    line(response, '{"choices": [');
    response.end();
  });
  expect(malformed).toMatchObject({ text: 'half', retriable: false });
});

test('an error inside the stream is a failure', async () => {
  const failed = await failure((response) => {
    sse(response);
    line(response, piece('half'));
    line(response, { error: { message: 'overloaded', type: 'server_error' } });
    response.end();
  });
  expect(failed).toMatchObject({ text: 'half', retriable: true });
});

test('a hanging provider is left by aborting', async () => {
  const abort = new AbortController();
  provider = await startProvider((response) => {
    sse(response);
    line(response, piece('one'));
  });
  const asked = ask(provider, {
    signal: abort.signal,
    onText: () => setImmediate(() => abort.abort()),
  });
  expect(await asked).toEqual({ outputs: [{ text: 'one' }], error: undefined });
});
