/** WebSockets for Node by `ws`. In a file (and an export) of its own, so that a browser's bundle never sees it. */
import { WebSocket } from 'ws';
import type { WebSocketLike } from './options.js';

/**
 * Opens a socket by `ws`. No compression. Frames from a server stay far below the limit of 8 MiB: 256 KB for batches, one
 * log record for events, and the events of one fetch in an array.
 */
export function connectWs(
  url: string,
  options: { headers?: Record<string, string> } = {},
): WebSocketLike {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: 8 * 1024 * 1024,
    ...(options.headers === undefined ? {} : { headers: options.headers }),
  });
  const wrapped: WebSocketLike = {
    send: (text) => socket.send(text),
    // A handshake that still runs cannot be closed politely.
    close: (code, reason) =>
      socket.readyState === WebSocket.CONNECTING ? socket.terminate() : socket.close(code, reason),
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  socket.on('open', () => wrapped.onopen?.());
  socket.on('message', (data: Buffer) => wrapped.onmessage?.(data.toString('utf8')));
  socket.on('close', (code, reason) => wrapped.onclose?.(code, reason.toString('utf8')));
  socket.on('error', (error) => wrapped.onerror?.(error));
  return wrapped;
}
