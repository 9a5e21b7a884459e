/** The system's own clock, dice and WebSocket: defaults for browsers and Node, and the only file that touches them. */
import type { Clock, Random, WebSocketLike } from './options.js';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const handle = setTimeout(task, ms);
    return { cancel: () => clearTimeout(handle) };
  },
};

export const systemRandom: Random = {
  bytes: (n) => crypto.getRandomValues(new Uint8Array(n)),
  fraction: () => Math.random(),
};

/** What the platform's WebSocket looks like; Node has none before version 22. */
interface PlatformSocket {
  binaryType: string;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
}

/** Opens the platform's own WebSocket. Throws where there is none: use `connectWs` of `@parley/client/node` there. */
export function connectPlatform(url: string): WebSocketLike {
  const constructor = (globalThis as { WebSocket?: new (url: string) => PlatformSocket }).WebSocket;
  if (constructor === undefined) {
    throw new Error(
      'There is no WebSocket here: give `connect` (connectWs of @parley/client/node).',
    );
  }
  const socket = new constructor(url);
  socket.binaryType = 'arraybuffer';
  const wrapped: WebSocketLike = {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  socket.onopen = () => wrapped.onopen?.();
  socket.onmessage = ({ data }) => wrapped.onmessage?.(textOf(data));
  socket.onclose = ({ code, reason }) => wrapped.onclose?.(code, reason);
  socket.onerror = (event) => wrapped.onerror?.(event);
  return wrapped;
}

function textOf(data: unknown): string {
  return typeof data === 'string' ? data : new TextDecoder().decode(data as ArrayBuffer);
}
