/** Someone with the real SDK. What it hears is recorded at the socket, before the SDK does anything with it. */
import { createClient, SendError, type ParleyClient, type WebSocketLike } from '@parley/client';
import { uuidV7, type ClientFrame, type ServerFrame, type Uuid } from '@parley/contracts';
import type { Link } from '../network/link.js';
import { webSocketOf } from '../network/sockets.js';
import type { Recorder } from '../recorder.js';
import type { SimNode } from '../sim-node.js';
import { refusalOf, type SendRequest, type SimClient } from './sim-client.js';

export interface SdkClientOptions {
  readonly name: string;
  readonly user: Uuid;
  readonly token: string;
  readonly node: SimNode;
  readonly recorder: Recorder;
  readonly dial: (name: string, node: SimNode, token: string) => Link | undefined;
  readonly onListenerError: (error: unknown) => void;
}

export class SdkClient implements SimClient {
  readonly name: string;
  readonly user: Uuid;
  readonly #client: ParleyClient;
  #link: Link | undefined;
  #connection = 0;
  /** By text: the SDK mints ids itself, so an operation is known by what it says. */
  readonly #ops = new Map<string, { readonly op: string; times: number }>();

  constructor(private readonly options: SdkClientOptions) {
    this.name = options.name;
    this.user = options.user;
    const { node, token } = options;
    this.#client = createClient({
      url: 'ws://simulated/ws',
      token: () => Promise.resolve(token),
      connect: () => this.#connect(),
      clock: node.clock,
      random: node.dice,
      onListenerError: options.onListenerError,
    });
  }

  get link(): Link | undefined {
    return this.#link;
  }

  get waitsFor(): string {
    return `${this.#client.pendingCount} sends`;
  }

  get connected(): boolean {
    return this.#client.state === 'live';
  }

  get idle(): boolean {
    return this.#client.pendingCount === 0;
  }

  connect(): void {
    this.#client.connect();
  }

  /** The device loses its network: the SDK keeps what it has and comes back by itself. */
  disconnect(): void {
    this.#link?.cut();
  }

  mint(): string {
    return uuidV7(this.#client.serverNow(), this.options.node.dice.bytes(10));
  }

  send({ room_id, content }: SendRequest): void {
    const op = this.options.recorder.nextOp();
    const mine = { op, times: 0 };
    this.#ops.set(content, mine);
    const { recorder } = this.options;
    this.#client.send(room_id, content).then(
      ({ id, seq }) => recorder.add({ type: 'ok', op, seq, message_id: id }),
      (error: unknown) => {
        if (mine.times === 0) return;
        recorder.add(
          error instanceof SendError
            ? refusalOf(op, error.code, error.reason !== null, mine.times)
            : { type: 'unknown', op },
        );
      },
    );
  }

  stopReply(): void {
    for (const [roomId, view] of this.#client.rooms) {
      for (const replyId of view.replies.keys()) {
        this.#client.stop(roomId, replyId);
        return;
      }
    }
  }

  markRead(roomId: Uuid): void {
    const seq = this.#client.rooms.get(roomId)?.messages.last?.seq;
    if (seq !== undefined) this.#client.read(roomId, seq);
  }

  syncAgain(): void {
    // The SDK decides by itself when it is in doubt.
  }

  messagesOf(roomId: Uuid): readonly Uuid[] {
    return (this.#client.rooms.get(roomId)?.messages.ordered ?? []).map(({ id }) => id);
  }

  show(): void {
    for (const [room_id, view] of this.#client.rooms) {
      if (view.membership !== 'member') continue;
      this.options.recorder.add({
        type: 'shown',
        client: this.name,
        user_id: this.user,
        room_id,
        messages: view.messages.ordered.map(({ id, seq, content, deleted_at }) => ({
          id,
          seq,
          content,
          deleted: deleted_at !== null,
        })),
        open_replies: [...view.replies.keys()],
      });
    }
  }

  giveUp(): void {
    this.#client.close();
  }

  #connect(): WebSocketLike {
    const { name, node, token, user, recorder } = this.options;
    const link = this.options.dial(name, node, token);
    if (link === undefined) return refused(node);
    this.#link = link;
    const connection = (this.#connection += 1);
    const mine = { client: name, connection } as const;
    return webSocketOf(link, {
      opened: () => recorder.add({ type: 'opened', ...mine, user_id: user }),
      heard: (data) => {
        recorder.add({ type: 'heard', ...mine, frame: JSON.parse(data) as ServerFrame });
      },
      said: (data) => this.#said(JSON.parse(data) as ClientFrame, connection),
      closed: (code) => {
        recorder.add({ type: 'closed', ...mine, code });
        if (this.#link === link) this.#link = undefined;
      },
    });
  }

  #said(frame: ClientFrame, connection: number): void {
    const { recorder, name, user } = this.options;
    if (frame.type === 'auth' || frame.type === 'sync') {
      recorder.add({ type: 'said', client: name, connection, frame });
    } else if (frame.type === 'message.send') {
      const known = this.#ops.get(frame.content);
      if (known === undefined) return;
      known.times += 1;
      if (known.times > 1) return;
      const { room_id, client_id, content } = frame;
      const { op } = known;
      recorder.add({
        type: 'invoke',
        client: name,
        op,
        user_id: user,
        room_id,
        client_id,
        content,
      });
    }
  }
}

/** A socket that nobody answers. */
function refused(node: SimNode): WebSocketLike {
  const socket: WebSocketLike = {
    send: () => undefined,
    close: () => undefined,
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  node.later(5, () => socket.onclose?.(1006, ''));
  return socket;
}
