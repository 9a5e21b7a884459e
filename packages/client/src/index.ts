/** The TypeScript SDK, for browsers and Node. In Node before 22 give `connectWs` of `@parley/client/node` as `connect`. */
export { createClient, type ParleyClient } from './client.js';
export type { ClientEvents, Via } from './client-events.js';
export {
  IDLE,
  transition,
  type CloseReason,
  type ConnectionEvent,
  type ConnectionState,
  type StateName,
} from './connection-state.js';
export type { Older } from './history.js';
export type { HttpOptions, HttpRequest } from './http.js';
export {
  DEFAULT_TIMING,
  type ClientOptions,
  type Clock,
  type Random,
  type Timer,
  type Timing,
  type TokenSource,
  type WebSocketLike,
} from './options.js';
export { SendError, type PendingSend, type SendOptions } from './outbox.js';
export { applyChunk, openReply, type Chunk, type OpenReply } from './reply-text.js';
export {
  createRest,
  login,
  refresh,
  register,
  type Credentials,
  type HistoryRequest,
  type NewConversation,
  type NewRoom,
  type PageRequest,
  type Registration,
  type Rest,
  type RoomChange,
} from './rest.js';
export type { RoomView } from './room-view.js';
export { IdMint, ServerTime } from './server-time.js';
export { createSession, type Session, type SessionOptions } from './session.js';
