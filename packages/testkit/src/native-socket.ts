/**
 * The native WebSocket with nothing in between: a test says the very bytes and sees every frame in order. For people who
 * only chat there is the SDK.
 */
import type { ClientFrame, ControlFrameOf, EventFrame, ServerFrame } from '@parley/contracts';
import { WebSocket } from 'ws';
import { until } from './until.js';

/** The frame of one type. */
export type ServerFrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** How a socket ended. 1006: without a close frame. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

export class NativeSocket {
  /** Every frame in order of arrival, arrays taken apart. */
  readonly frames: ServerFrame[] = [];
  #end: SocketEnd | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.#take(data.toString('utf8')));
    socket.on('close', (code, reason) => (this.#end = { code, reason: reason.toString('utf8') }));
    socket.on('error', () => this.socket.terminate());
  }

  /** Opens a socket without saying anything on it. Rejects when the upgrade is refused or takes over 10 s. */
  static async open(
    wsUrl: string,
    options: { headers?: Record<string, string> } = {},
  ): Promise<NativeSocket> {
    const socket = new WebSocket(wsUrl, {
      handshakeTimeout: 10_000,
      perMessageDeflate: false,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
    });
    const opened = new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const native = new NativeSocket(socket);
    await opened;
    return native;
  }

  /** Opens a socket, authenticates, and waits for its last `ready` frame. */
  static async connect(
    wsUrl: string,
    auth: Omit<Extract<ClientFrame, { type: 'auth' }>, 'type'>,
  ): Promise<NativeSocket> {
    const native = await NativeSocket.open(wsUrl);
    native.say({ type: 'auth', ...auth });
    await native.heard('ready', (ready) => ready.more !== true);
    return native;
  }

  /** Sends a frame of the protocol. */
  say(frame: ClientFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Sends whatever it is given: text as a text frame, bytes as a binary one. */
  sayRaw(data: string | Uint8Array): void {
    this.socket.send(data);
  }

  /** The frames of one type so far. */
  all<T extends ServerFrame['type']>(type: T): ServerFrameOf<T>[] {
    return this.frames.filter((frame): frame is ServerFrameOf<T> => frame.type === type);
  }

  /** The events of a room so far, without repeated echoes. */
  eventsOf(roomId: string): EventFrame[] {
    return this.frames.filter(
      (frame): frame is EventFrame =>
        'room_id' in frame && frame.room_id === roomId && 'seq' in frame && 'born' in frame,
    );
  }

  /** The first frame of that type for which `matches` holds, arrived or to come; after 10 s an error shows what did come. */
  async heard<T extends ServerFrame['type']>(
    type: T,
    matches: (frame: ServerFrameOf<T>) => boolean = () => true,
    ms = 10_000,
  ): Promise<ServerFrameOf<T>> {
    const found = (): ServerFrameOf<T> | undefined => this.all(type).find(matches);
    try {
      return await until(`a frame ${type}`, ms, () => {
        const frame = found();
        if (frame === undefined && this.#end !== undefined)
          throw new Error(`closed with ${this.#end.code} ${this.#end.reason}`);
        return frame;
      });
    } catch (error) {
      const last = this.frames.slice(-8).map((frame) => JSON.stringify(frame).slice(0, 300));
      throw new Error(`Waiting for ${type}: ${String(error)}; last heard:\n${last.join('\n')}`, {
        cause: error,
      });
    }
  }

  /** The error that answers what has `ref`, or any error. */
  async error(ref?: string, ms?: number): Promise<ControlFrameOf<'error'>> {
    return this.heard('error', (frame) => ref === undefined || frame.ref === ref, ms);
  }

  /** How it ended; waits for that. */
  async closed(ms = 10_000): Promise<SocketEnd> {
    return until('the close of the socket', ms, () => this.#end);
  }

  /** Whether it is open: it answers a ping. Everything sent before has then been dealt with, as far as a socket is one queue. */
  async lives(): Promise<boolean> {
    const t = Math.floor(performance.now() * 1000);
    this.say({ type: 'ping', t });
    await this.heard('pong', (pong) => pong.t === t);
    return true;
  }

  close(): void {
    this.socket.close(1000);
  }

  /** Cuts the connection without a word, as a lost network does. */
  cut(): void {
    this.socket.terminate();
  }

  #take(text: string): void {
    const parsed = JSON.parse(text) as ServerFrame | ServerFrame[];
    if (Array.isArray(parsed)) this.frames.push(...parsed);
    else this.frames.push(parsed);
  }
}
