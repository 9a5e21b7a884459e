/** The REST endpoints of a user's day, typed. All fail with a ParleyError; see `request` of http.ts. */
import {
  ParleyError,
  type CreateConversationRequest,
  type CreateRoomRequest,
  type LoginRequest,
  type Member,
  type Message,
  type Page,
  type RegisterRequest,
  type Room,
  type Seq,
  type TokenAnswer,
  type UpdateRoomRequest,
  type User,
  type Uuid,
} from '@parley/contracts';
import { request, type HttpOptions, type HttpRequest } from './http.js';
import type { TokenSource } from './options.js';

/** What a schema takes, before its defaults. */
type Body<T extends { _zod: { input: unknown } }> = T['_zod']['input'];
export type Credentials = Body<typeof LoginRequest>;
export type Registration = Body<typeof RegisterRequest>;
export type NewRoom = Body<typeof CreateRoomRequest>;
export type NewConversation = Body<typeof CreateConversationRequest>;
export type RoomChange = Body<typeof UpdateRoomRequest>;

export interface PageRequest {
  limit?: number;
  cursor?: string;
}
export interface HistoryRequest extends PageRequest {
  before?: Seq;
  after?: Seq;
  /** Wait (≤ 2 s) until the projection has this position: one reads one's own writes. */
  at_least?: Seq;
}
type AtLeast = Pick<HistoryRequest, 'at_least'>;

export interface Rest {
  me(): Promise<User>;
  logout(): Promise<void>;
  rooms(query?: PageRequest & { scope?: 'mine' | 'public'; search?: string }): Promise<Page<Room>>;
  room(roomId: Uuid, query?: AtLeast): Promise<Room>;
  createRoom(room: NewRoom): Promise<Room>;
  updateRoom(roomId: Uuid, change: RoomChange): Promise<Room>;
  deleteRoom(roomId: Uuid): Promise<void>;
  createConversation(conversation?: NewConversation): Promise<Room>;
  join(roomId: Uuid): Promise<Room>;
  leave(roomId: Uuid): Promise<void>;
  members(roomId: Uuid, query?: AtLeast): Promise<Member[]>;
  addMember(roomId: Uuid, userId: Uuid, role?: Member['role']): Promise<Member>;
  changeMember(roomId: Uuid, userId: Uuid, role: Member['role']): Promise<Member>;
  removeMember(roomId: Uuid, userId: Uuid): Promise<void>;
  ban(roomId: Uuid, userId: Uuid): Promise<void>;
  /** The latest page without `before` or `after`; items always ascending. */
  messages(roomId: Uuid, query?: HistoryRequest): Promise<Page<Message>>;
  editMessage(messageId: Uuid, content: string): Promise<Message>;
  deleteMessage(messageId: Uuid): Promise<void>;
  react(messageId: Uuid, emoji: string): Promise<void>;
  unreact(messageId: Uuid, emoji: string): Promise<void>;
  /** Asks again for an answer; `messageId` is the AI's message. */
  regenerate(messageId: Uuid, model?: string): Promise<{ reply_id: Uuid }>;
  stopReply(replyId: Uuid): Promise<void>;
  users(query?: PageRequest & { search?: string }): Promise<Page<User>>;
  models(): Promise<{ id: string; default: boolean }[]>;
  /** Any other endpoint, with the same token and errors. */
  call<T>(call: Omit<HttpRequest, 'token'>): Promise<T>;
}

/** Creates an account. */
export const register = (http: HttpOptions, body: Registration): Promise<User> =>
  request(http, { method: 'POST', path: '/api/auth/register', body }) as Promise<User>;

export const login = (http: HttpOptions, body: Credentials): Promise<TokenAnswer> =>
  request(http, { method: 'POST', path: '/api/auth/login', body }) as Promise<TokenAnswer>;

/** Spends a refresh token; parallel refreshes within 10 s get the same pair. */
export const refresh = (http: HttpOptions, refreshToken: string): Promise<TokenAnswer> =>
  request(http, {
    method: 'POST',
    path: '/api/auth/refresh',
    body: { refresh_token: refreshToken },
  }) as Promise<TokenAnswer>;

/** REST for one user. A refused token is asked for anew once. */
export function createRest(options: HttpOptions & { readonly token: TokenSource }): Rest {
  async function call<T>(what: Omit<HttpRequest, 'token'>): Promise<T> {
    const token = await options.token({ fresh: false });
    try {
      return (await request(options, { ...what, token })) as T;
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'AUTH_FAILED') throw error;
      const fresh = await options.token({ fresh: true });
      return (await request(options, { ...what, token: fresh })) as T;
    }
  }
  const get = <T>(path: string, query?: object): Promise<T> =>
    call<T>({ method: 'GET', path, ...(query === undefined ? {} : { query: { ...query } }) });
  const post = <T>(path: string, body: unknown = {}): Promise<T> =>
    call<T>({ method: 'POST', path, body });
  const rooms = '/api/chat/rooms';
  const path = (...parts: string[]): string =>
    parts.map((part) => `/${encodeURIComponent(part)}`).join('');
  const items = async <T>(page: Promise<{ items: T[] }>): Promise<T[]> => (await page).items;
  const reaction = (id: Uuid, emoji: string) => `/api/messages${path(id, 'reactions', emoji)}`;

  return {
    call,
    me: () => get('/api/auth/me'),
    logout: () => call({ method: 'POST', path: '/api/auth/logout' }),
    rooms: (query) => get(rooms, query),
    room: (roomId, query) => get(rooms + path(roomId), query),
    createRoom: (room) => post(rooms, room),
    updateRoom: (roomId, body) => call({ method: 'PATCH', path: rooms + path(roomId), body }),
    deleteRoom: (roomId) => call({ method: 'DELETE', path: rooms + path(roomId) }),
    createConversation: (conversation = {}) => post('/api/conversations/', conversation),
    join: (roomId) => post(rooms + path(roomId, 'join')),
    leave: (roomId) => post(rooms + path(roomId, 'leave')),
    members: (roomId, query) => items(get(rooms + path(roomId, 'members'), query)),
    addMember: (roomId, userId, role) =>
      post(rooms + path(roomId, 'members'), { user_id: userId, ...(role && { role }) }),
    changeMember: (roomId, userId, role) =>
      call({ method: 'PATCH', path: rooms + path(roomId, 'members', userId), body: { role } }),
    removeMember: (roomId, userId) =>
      call({ method: 'DELETE', path: rooms + path(roomId, 'members', userId) }),
    ban: (roomId, userId) => post(rooms + path(roomId, 'members', userId, 'ban')),
    messages: (roomId, query) => get(rooms + path(roomId, 'messages'), query),
    editMessage: (messageId, content) =>
      call({ method: 'PATCH', path: `/api/messages${path(messageId)}`, body: { content } }),
    deleteMessage: (messageId) =>
      call({ method: 'DELETE', path: `/api/messages${path(messageId)}` }),
    react: (messageId, emoji) => call({ method: 'PUT', path: reaction(messageId, emoji) }),
    unreact: (messageId, emoji) => call({ method: 'DELETE', path: reaction(messageId, emoji) }),
    regenerate: (messageId, model) =>
      post(`/api/messages${path(messageId, 'regenerate')}`, model === undefined ? {} : { model }),
    stopReply: (replyId) => post(`/api/replies${path(replyId, 'stop')}`),
    users: (query) => get('/api/users', query),
    models: () => items(get('/api/models')),
  };
}
