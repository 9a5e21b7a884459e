/** The two ends of a link: what an edge calls a socket, and what the SDK calls one. */
import type { WebSocketLike } from '@parley/client';
import type { Edge, EdgeSocket } from '@parley/edge';
import type { Link } from './link.js';

/** Hands a link to an edge, as its server hands over an accepted socket. */
export function acceptLink(edge: Edge, link: Link, token: string | undefined): void {
  const socket: EdgeSocket = {
    send: (data) => {
      link.send('client', typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
    },
    close: (code, reason) => link.close('edge', code, reason),
    terminate: () => link.close('edge', 1006, ''),
    ping: () => link.ping('client'),
    get bufferedAmount() {
      return link.inFlight('client');
    },
  };
  const request = token === undefined ? { address: 'sim' } : { address: 'sim', token };
  const events = edge.accept(socket, request);
  link.attach('edge', {
    message: (data) => events.message(data, false),
    closed: () => events.closed(),
    pong: () => events.pong(),
  });
}

/** The client's end as a WebSocket. `heard` sees every message before the SDK does. */
export function webSocketOf(
  link: Link,
  taps: {
    readonly opened: () => void;
    readonly heard: (data: string) => void;
    readonly said: (data: string) => void;
    readonly closed: (code: number) => void;
  },
): WebSocketLike {
  let done = false;
  const socket: WebSocketLike = {
    send: (text) => {
      taps.said(text);
      link.send('edge', text);
    },
    close: (code = 1000, reason = '') => {
      finish(code);
      link.close('client', code, reason);
    },
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  const finish = (code: number): void => {
    if (done) return;
    done = true;
    taps.closed(code);
  };
  link.attach('client', {
    message: (data) => {
      if (done) return;
      taps.heard(data);
      socket.onmessage?.(data);
    },
    closed: (code, reason) => {
      finish(code);
      socket.onclose?.(code, reason);
    },
    pong: () => {
      taps.opened();
      socket.onopen?.();
    },
  });
  // The handshake is one round trip: a ping that the other end's library answers does the same here.
  link.ping('edge');
  return socket;
}
