import type { Service } from '@parley/ports';

/** One accepted WebSocket, as far as an edge uses it. Everything sent is a text frame. */
export interface EdgeSocket {
  send(data: string | Uint8Array): void;
  /** Begins the closing handshake. */
  close(code: number, reason: string): void;
  /** Ends the connection at once. */
  terminate(): void;
  ping(): void;
  /** Bytes handed to `send` that have not left this process. */
  readonly bufferedAmount: number;
}

/** What speaks for the user beside the first frame. */
export interface AcceptRequest {
  /** An access token, from the cookie. */
  readonly token?: string;
  /** A single-use ticket, from the query. */
  readonly ticket?: string;
  /** The client's address, for the log. */
  readonly address: string;
}

/** What the socket's transport calls. */
export interface SocketEvents {
  message(data: string | Uint8Array, binary: boolean): void;
  pong(): void;
  /** The connection is gone. */
  closed(): void;
}

/** The WebSocket service. */
export interface Edge extends Service {
  /** Takes over an accepted socket. */
  accept(socket: EdgeSocket, request: AcceptRequest): SocketEvents;
  /** Tells every client to move, each at its own moment, and closes with 1012. Takes no new sockets from then on. */
  drain(): Promise<void>;
  /** Why no connections should be sent here, if so. */
  readonly fault: string | undefined;
  /** Open sockets. */
  readonly connections: number;
}
