/** REST as a program calls it. */
import { randomBytes } from 'node:crypto';
import { uuidV7, type Message, type Problem, type Room, type TokenAnswer } from '@parley/contracts';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** The body of whatever was asked for, or of a failure: each test reads of it what it expects. */
export type Anything = Pick<Problem, 'code' | 'detail' | 'request_id' | 'errors'> &
  Message &
  Room &
  TokenAnswer & { readonly items: unknown[] };

export class Client {
  constructor(
    readonly url: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  with(headers: Record<string, string>): Client {
    return new Client(this.url, { ...this.headers, ...headers });
  }

  /** The same at another address. */
  at(url: string): Client {
    return new Client(url, this.headers);
  }

  async send<T = Anything>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }

  get<T = Anything>(path: string) {
    return this.send<T>('GET', path);
  }
  post<T = Anything>(path: string, body?: unknown) {
    return this.send<T>('POST', path, body);
  }
  patch<T = Anything>(path: string, body?: unknown) {
    return this.send<T>('PATCH', path, body);
  }
  put<T = Anything>(path: string, body?: unknown) {
    return this.send<T>('PUT', path, body);
  }
  delete<T = Anything>(path: string) {
    return this.send<T>('DELETE', path);
  }

  /** A new account of this name (made unique) with the password `password of <name>`, logged in. */
  async signUp(name: string): Promise<Person> {
    const username = `${name}-${randomBytes(4).toString('hex')}`;
    const password = `password of ${name}`;
    await this.post('/api/auth/register', { username, password, display_name: name });
    return this.logIn(username, password);
  }

  async logIn(username: string, password: string): Promise<Person> {
    const { status, body } = await this.post<TokenAnswer>('/api/auth/login', {
      username,
      password,
    });
    if (status !== 200) throw new Error(`login: ${status} ${JSON.stringify(body)}`);
    return new Person(this.url, username, password, body);
  }
}

/** Somebody who is logged in with a bearer token. */
export class Person extends Client {
  readonly id: string;
  constructor(
    url: string,
    readonly username: string,
    readonly password: string,
    readonly grant: TokenAnswer,
  ) {
    super(url, { authorization: `Bearer ${grant.access_token}` });
    this.id = grant.user.id;
  }

  /** A new group of his, with these others in it. */
  async makeGroup(fields: object = {}, ...others: readonly Person[]): Promise<Room> {
    const { status, body } = await this.post<Room>('/api/chat/rooms', {
      kind: 'group',
      name: 'A group',
      member_ids: others.map((other) => other.id),
      ...fields,
    });
    if (status !== 201) throw new Error(`group: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Posts and answers the message. */
  async say(roomId: string, content: string): Promise<Message> {
    const path = `/api/chat/rooms/${roomId}/messages`;
    const { status, body } = await this.post<Message>(path, { content });
    if (status !== 201) throw new Error(`message: ${status} ${JSON.stringify(body)}`);
    return body;
  }
}

/** A `client_id` of this time. */
export function clientIdAt(unixMs: number): string {
  return uuidV7(unixMs, randomBytes(10));
}
