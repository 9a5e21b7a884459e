/** The ws library as an edge's transport. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { MAX_FRAME_BYTES } from '@parley/contracts';
import type { Logger } from '@parley/ports';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Edge, EdgeSocket } from './edge-socket.js';
import { addressOf, cookieOf, mayConnect, targetOf } from './upgrade.js';

export interface WebSocketOptions {
  /** Origins of browser pages that may connect beside the page's own, e.g. `https://chat.example`. */
  readonly allowedOrigins: readonly string[];
  /** The exact number of proxies in front. */
  readonly trustProxy: number;
  /** More sockets are refused with 503. */
  readonly maxConnections?: number;
  readonly logger: Logger;
}

/** Fragments of one message; a client of ours sends one. */
const MAX_FRAGMENTS = 1_024;

/** The cookie that carries the access token. */
const COOKIE = 'access_token';

function refuse(socket: Duplex, status: number): void {
  const reason = STATUS_CODES[status] ?? '';
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as Buffer).toString('utf8');
}

function edgeSocketOf(socket: WebSocket): EdgeSocket {
  return {
    send: (data) => socket.send(data, { binary: false }),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    ping: () => socket.ping(),
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
  };
}

/**
 * Serves `/ws` on an HTTP server. Frames above 64 KiB are closed with 1009 and broken UTF-8 with 1007 by ws itself; nothing
 * is compressed. Other upgrade requests are answered with 404. The edge closes its sockets itself: drain it before the server
 * is closed.
 */
export function attachWebSockets(server: Server, edge: Edge, options: WebSocketOptions): void {
  const { logger, trustProxy, maxConnections = Number.POSITIVE_INFINITY } = options;
  const allowed = new Set(options.allowedOrigins);
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    maxFragments: MAX_FRAGMENTS,
  });

  const open = (socket: WebSocket, request: IncomingMessage, ticket: string | null): void => {
    const token = cookieOf(request.headers.cookie, COOKIE);
    socket.on('error', (error) => logger.debug({ err: error }, 'a socket broke'));
    const events = edge.accept(edgeSocketOf(socket), {
      ...(token === undefined ? {} : { token }),
      ...(ticket === null ? {} : { ticket }),
      address: addressOf(request, trustProxy),
    });
    socket.on('message', (data, binary) => events.message(binary ? '' : textOf(data), binary));
    socket.on('pong', () => events.pong());
    socket.on('close', () => events.closed());
  };

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', (error) => logger.debug({ err: error }, 'a handshake broke'));
    const target = targetOf(request.url);
    if (target?.path !== '/ws') refuse(socket, 404);
    else if (!mayConnect(request, allowed, trustProxy)) refuse(socket, 403);
    else if (edge.connections >= maxConnections) refuse(socket, 503);
    else {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        open(webSocket, request, target.query.get('ticket'));
      });
    }
  });
}
