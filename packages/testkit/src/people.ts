/** People of a test: they have an account, a token, and speak REST and the native WebSocket with it. */
import { randomBytes } from 'node:crypto';
import { uuidV7, type Message, type Page, type Room, type Uuid } from '@parley/contracts';
import { NativeSocket } from './native-socket.js';
import { must, rest, type Answer, type Call } from './rest.js';

const PASSWORD = 'correct horse battery';
/** Access tokens live 15 minutes by default. */
const RENEW_TOKEN_AFTER_MS = 10 * 60_000;

/** Where a product answers; it may move to another port with a restart. */
export interface Address {
  readonly url: string;
  readonly wsUrl: string;
}

/** Somebody with an account. */
export class Person {
  #token = '';
  #tokenAt = -Infinity;

  private constructor(
    public at: Address,
    readonly username: string,
    readonly id: Uuid,
  ) {}

  /** Registers a new account and logs in. */
  static async register(at: Address, username: string): Promise<Person> {
    const { id } = await must<{ id: Uuid }>(at.url, 'POST', '/api/auth/register', {
      json: { username, password: PASSWORD, display_name: username },
    });
    const person = new Person(at, username, id);
    await person.token();
    return person;
  }

  /** A valid access token; logs in anew when the last one has grown old. */
  async token(): Promise<string> {
    if (Date.now() - this.#tokenAt > RENEW_TOKEN_AFTER_MS) {
      const { access_token } = await this.login();
      this.#token = access_token;
      this.#tokenAt = Date.now();
    }
    return this.#token;
  }

  /** Begins another session. */
  async login(): Promise<{ access_token: string; refresh_token: string }> {
    return must(this.at.url, 'POST', '/api/auth/login', {
      json: { username: this.username, password: PASSWORD },
    });
  }

  /** A request that may fail, as this person. */
  async rest<T = Record<string, unknown>>(
    method: string,
    path: string,
    call: Call = {},
  ): Promise<Answer<T>> {
    return rest<T>(this.at.url, method, path, { token: await this.token(), ...call });
  }

  /** A request that must not fail, as this person. */
  async must<T = Record<string, unknown>>(
    method: string,
    path: string,
    call: Call = {},
  ): Promise<T> {
    return must<T>(this.at.url, method, path, { token: await this.token(), ...call });
  }

  /** A connected, authenticated, ready socket. */
  async connect(
    resume?: readonly { readonly room_id: Uuid; readonly after: number }[],
  ): Promise<NativeSocket> {
    return NativeSocket.connect(this.at.wsUrl, {
      token: await this.token(),
      ...(resume === undefined ? {} : { resume: [...resume] }),
    });
  }

  /** A new group with these people. */
  async createGroup(
    name: string,
    others: readonly Person[] = [],
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Room> {
    return this.must<Room>('POST', '/api/chat/rooms', {
      json: { kind: 'group', name, member_ids: others.map(({ id }) => id), ...more },
    });
  }

  /** A room as this person sees it now. */
  async room(roomId: Uuid): Promise<Room> {
    return this.must<Room>('GET', `/api/chat/rooms/${roomId}`);
  }

  /** All of a room's history, oldest first, page by page. `atLeast`: as of that seq. */
  async history(roomId: Uuid, atLeast?: number): Promise<Message[]> {
    const messages: Message[] = [];
    let before: number | undefined;
    for (;;) {
      const query = new URLSearchParams({ limit: '100' });
      if (before !== undefined) query.set('before', String(before));
      if (atLeast !== undefined) query.set('at_least', String(atLeast));
      const path = `/api/chat/rooms/${roomId}/messages?${query.toString()}`;
      const page = await this.must<Page<Message>>('GET', path);
      messages.unshift(...page.items);
      const oldest = page.items[0];
      if (page.next_cursor === null || oldest === undefined) return messages;
      before = oldest.seq;
    }
  }
}

/** A fresh UUIDv7, as clients mint them. */
export function mintClientId(now = Date.now()): string {
  return uuidV7(now, randomBytes(10));
}
