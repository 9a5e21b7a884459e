/** The WebSocket service. */
export * from './config.js';
export { createEdge } from './edge.js';
export type { AcceptRequest, Edge, EdgeSocket, SocketEvents } from './edge-socket.js';
export type { EdgePorts } from './ports.js';
export { attachWebSockets, type WebSocketOptions } from './websocket-server.js';
