import { afterEach, expect, test } from '@jest/globals';
import { ask, COST, line, piece, sse, startProvider, STOPPED, textOf } from './sse-server.js';
import type { Provider } from './sse-server.js';

let provider: Provider;
afterEach(() => provider.close());

test('an answer comes piece by piece, its cost last', async () => {
  provider = await startProvider((response) => {
    sse(response);
    for (const data of [piece('Good '), piece('day 你好 😀'), STOPPED, COST, '[DONE]']) {
      line(response, data);
    }
    response.end();
  });
  const { outputs, error } = await ask(provider);
  expect(error).toBeUndefined();
  expect(outputs).toEqual([
    { text: 'Good ' },
    { text: 'day 你好 😀' },
    { usage: { prompt_tokens: 7, completion_tokens: 2 } },
  ]);
  expect(provider.received).toEqual([
    {
      authorization: 'Bearer a-key',
      body: {
        model: 'gpt-4o',
        messages: [{ role: 'user', name: 'Ann_Lee', content: 'Hello?' }],
        stream: true,
        max_tokens: 100,
        stream_options: { include_usage: true },
      },
    },
  ]);
});

test('a server that does not tell the cost has it counted', async () => {
  provider = await startProvider((response) => {
    sse(response);
    for (const data of [piece('one two three'), STOPPED, '[DONE]']) line(response, data);
    response.end();
  });
  const { outputs } = await ask(provider);
  expect(outputs.at(-1)).toEqual({ usage: { prompt_tokens: 2, completion_tokens: 3 } });
});

test('a server that refuses our parameters is asked in its own way', async () => {
  provider = await startProvider((response, _call, { body }) => {
    const refused = 'max_tokens' in body ? 'max_tokens' : 'stream_options';
    if (refused in body) {
      response.writeHead(400, { 'content-type': 'application/json' });
      const message = `Unsupported parameter: '${refused}'`;
      response.end(JSON.stringify({ error: { message, param: refused, code: 'unsupported' } }));
      return;
    }
    sse(response);
    for (const data of [piece('ok'), STOPPED, '[DONE]']) line(response, data);
    response.end();
  });
  const { outputs, error } = await ask(provider);
  expect(error).toBeUndefined();
  expect(textOf(outputs)).toBe('ok');
  expect(provider.received.at(-1)?.body).toMatchObject({ max_completion_tokens: 100 });
  expect(provider.received).toHaveLength(3);
});

test('an abort ends the iterator at once, without an error and without a cost', async () => {
  const abort = new AbortController();
  let gone = false;
  const left = new Promise<void>((resolve) => {
    void startProvider((response) => {
      sse(response);
      line(response, piece('half'));
      response.on('close', () => {
        gone = true;
        resolve();
      });
    }).then((started) => {
      provider = started;
      return ask(started, { signal: abort.signal, onText: () => abort.abort() }).then(
        ({ outputs, error }) => {
          expect(error).toBeUndefined();
          expect(outputs).toEqual([{ text: 'half' }]);
        },
      );
    });
  });
  await left;
  expect(gone).toBe(true);
});

test('an abort before the response begins is no error either', async () => {
  const abort = new AbortController();
  provider = await startProvider(() => abort.abort());
  const { outputs, error } = await ask(provider, { signal: abort.signal });
  expect({ outputs, error }).toEqual({ outputs: [], error: undefined });
});
