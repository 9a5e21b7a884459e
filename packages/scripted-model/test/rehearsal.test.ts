import { expect, test } from '@jest/globals';
import { ModelError, type Clock, type ModelOutput } from '@parley/ports';
import { createScriptedModel, type Rehearsal } from '../src/index.js';

const system: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

async function run(
  rehearsal: Rehearsal,
  options: { readonly signal?: AbortSignal; readonly onText?: () => void } = {},
) {
  const model = createScriptedModel({ clock: system, tokensPerSecond: 0, rehearsal });
  const outputs: ModelOutput[] = [];
  const signal = options.signal ?? new AbortController().signal;
  const messages = [{ role: 'user', content: 'hello' }] as const;
  try {
    for await (const output of model.stream({ model: 'm', messages, maxTokens: 100, signal })) {
      outputs.push(output);
      options.onText?.();
    }
    return { outputs, error: undefined };
  } catch (error) {
    return { outputs, error };
  }
}

const pieces = () => ['a', 'b', 'c'];
const texts = (outputs: ModelOutput[]) => outputs.map((o) => ('text' in o ? o.text : '$')).join('');

test('fixed pieces come as they are, the cost last', async () => {
  const { outputs } = await run({ pieces });
  expect(texts(outputs)).toBe('abc$');
});

test('a refusal comes before any text', async () => {
  const mishap = () => ({ kind: 'refused', status: 429, retryAfterMs: 5 }) as const;
  const { outputs, error } = await run({ pieces, mishap });
  expect(outputs).toEqual([]);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject({ retriable: true, retryAfterMs: 5 });
});

test.each(['broken', 'malformed'] as const)('%s comes after some text', async (kind) => {
  const { outputs, error } = await run({ pieces, mishap: () => ({ kind, after: 2 }) });
  expect(texts(outputs)).toBe('ab');
  expect(error).toMatchObject({ name: 'ModelError', retriable: kind === 'broken' });
});

test('a cut ends without an error and without a cost', async () => {
  const { outputs, error } = await run({ pieces, mishap: () => ({ kind: 'cut', after: 9 }) });
  expect(texts(outputs)).toBe('abc');
  expect(error).toBeUndefined();
});

test('a stall lasts until it is aborted', async () => {
  const abort = new AbortController();
  const { outputs, error } = await run(
    { pieces, mishap: () => ({ kind: 'stall', after: 1 }) },
    { signal: abort.signal, onText: () => setImmediate(() => abort.abort()) },
  );
  expect({ texts: texts(outputs), error }).toEqual({ texts: 'a', error: undefined });
});

test('an abort ends a running answer at once', async () => {
  const abort = new AbortController();
  const model = createScriptedModel({ clock: system, tokensPerSecond: 1 });
  const messages = [{ role: 'user', content: 'hello' }] as const;
  const begun = performance.now();
  setImmediate(() => abort.abort());
  for await (const _ of model.stream({
    model: 'm',
    messages,
    maxTokens: 100,
    signal: abort.signal,
  })) {
    throw new Error('nothing was due within a second');
  }
  expect(performance.now() - begun).toBeLessThan(900);
});
