/** A client whose other side is the test: it answers by hand, frame by frame. */
import {
  createClient,
  type ClientEvents,
  type ClientOptions,
  type ParleyClient,
  type WebSocketLike,
} from '@parley/client';
import type { ClientFrame, ClientFrameOf, ServerFrame } from '@parley/contracts';
import { FakeClock, seeded, settle } from './fake-clock.js';
import { authSuccess, ready } from './fixtures.js';

/** The server's end of one socket. */
export class FakeSocket implements WebSocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((text: string) => void) | null = null;
  onclose: ((code: number, reason: string) => void) | null = null;
  onerror: ((error: unknown) => void) | null = null;
  readonly sent: ClientFrame[] = [];
  closed = false;

  send(text: string): void {
    if (this.closed) throw new Error('not open');
    this.sent.push(JSON.parse(text) as ClientFrame);
  }

  close(): void {
    this.closed = true;
  }

  /** The server says something. */
  say(...frames: ServerFrame[]): void {
    this.onmessage?.(JSON.stringify(frames.length === 1 ? frames[0] : frames));
  }

  /** The connection breaks, or the server closes it. */
  cut(code = 1006, reason = ''): void {
    this.closed = true;
    this.onclose?.(code, reason);
  }

  /** Frames of one type that the client sent. */
  of<T extends ClientFrame['type']>(type: T): ClientFrameOf<T>[] {
    return this.sent.filter((frame): frame is ClientFrameOf<T> => frame.type === type);
  }
}

export type Told = {
  [K in keyof ClientEvents]: { type: K; event: ClientEvents[K] };
}[keyof ClientEvents];

const EVENTS = [
  ...['state', 'ready', 'message', 'update', 'history', 'reply', 'settled', 'room', 'member'],
  ...['presence', 'typing', 'read', 'reset', 'synced', 'pending', 'error'],
] as (keyof ClientEvents)[];

export interface Harness {
  readonly client: ParleyClient;
  readonly clock: FakeClock;
  readonly sockets: FakeSocket[];
  readonly told: Told[];
  readonly tokens: { fresh: boolean }[];
  /** The newest socket. */
  socket(): FakeSocket;
  events<K extends keyof ClientEvents>(type: K): ClientEvents[K][];
  /** Connects, opens and authenticates; the server's clock is true. */
  authenticate(): Promise<FakeSocket>;
  /** The same, and the server names its rooms. */
  live(...frames: ServerFrame[]): Promise<FakeSocket>;
}

export function harness(options: Partial<ClientOptions> & { skewMs?: number } = {}): Harness {
  const clock = new FakeClock(Date.UTC(2031, 0, 1), options.skewMs ?? 0);
  const sockets: FakeSocket[] = [];
  const tokens: { fresh: boolean }[] = [];
  const told: Told[] = [];
  const client = createClient({
    url: 'ws://test/ws',
    token: async (request) => {
      tokens.push(request);
      return 'token';
    },
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    clock,
    random: seeded(7),
    onListenerError: (error) => {
      throw error;
    },
    ...options,
  });
  for (const type of EVENTS) {
    client.on(type, (event) => told.push({ type, event } as Told));
  }
  const self: Harness = {
    client,
    clock,
    sockets,
    told,
    tokens,
    socket() {
      const socket = sockets.at(-1);
      if (socket === undefined) throw new Error('the client has not connected');
      return socket;
    },
    events: (type) =>
      told.filter((entry) => entry.type === type).map(({ event }) => event) as never,
    async authenticate() {
      client.connect();
      await settle();
      if (client.state === 'waiting') await clock.advance(20_000);
      const socket = self.socket();
      socket.onopen?.();
      socket.say(authSuccess(clock.trueNow));
      return socket;
    },
    async live(...frames) {
      const socket = await self.authenticate();
      socket.say(...(frames.length === 0 ? [ready()] : frames));
      return socket;
    },
  };
  return self;
}
