import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelOutput, ModelRequest } from '@parley/ports';
import { createOpenAiModel } from '../src/index.js';

export interface Received {
  readonly body: Record<string, unknown>;
  readonly authorization: string | undefined;
}

export interface Provider {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

/** A server that answers each call with what the test says: a provider as far as the wire can tell. */
export async function startProvider(
  answer: (response: ServerResponse, call: number, received: Received) => void,
): Promise<Provider> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const call = { body, authorization: request.headers.authorization };
      received.push(call);
      answer(response, received.length - 1, call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, received, close: () => close(server) };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export function sse(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

export function line(response: ServerResponse, data: unknown): void {
  response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
}

export function piece(content: string) {
  return { id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] };
}

export const STOPPED = {
  id: 'x',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
};
export const COST = {
  id: 'x',
  object: 'chat.completion.chunk',
  choices: [],
  usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
};

/** Asks the provider one question; collects what came before the end or the failure. */
export async function ask(
  provider: Pick<Provider, 'url'>,
  options: Partial<ModelRequest> & { readonly onText?: (text: string) => void } = {},
): Promise<{ outputs: ModelOutput[]; error: unknown }> {
  const model = createOpenAiModel({
    apiKey: 'a-key',
    baseUrl: provider.url,
    clock: { now: () => Date.now() },
  });
  const outputs: ModelOutput[] = [];
  try {
    for await (const output of model.stream({
      model: 'gpt-4o',
      messages: [{ role: 'user', name: 'Ann Lee', content: 'Hello?' }],
      maxTokens: 100,
      signal: new AbortController().signal,
      ...options,
    })) {
      outputs.push(output);
      if ('text' in output) options.onText?.(output.text);
    }
    return { outputs, error: undefined };
  } catch (error) {
    return { outputs, error };
  }
}

export const textOf = (outputs: readonly ModelOutput[]): string =>
  outputs.map((output) => ('text' in output ? output.text : '')).join('');
