/**
 * A server of one room in a page: a list of events, sockets with queues in both directions, and every way in which an
 * answer may be late, lost, refused or repeated. It keeps the rules that servers promise; the client must keep its own.
 */
import type { WebSocketLike } from '@parley/client';
import {
  messageId,
  type ClientFrame,
  type EventFrame,
  type Message,
  type ServerFrame,
} from '@parley/contracts';
import {
  ALICE,
  BOB,
  ROOM,
  authSuccess,
  edited,
  message,
  posted,
  ready,
  room,
  syncDone,
  syncState,
} from './fixtures.js';

export class TinySocket implements WebSocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((text: string) => void) | null = null;
  onclose: ((code: number, reason: string) => void) | null = null;
  onerror: ((error: unknown) => void) | null = null;
  readonly toServer: ClientFrame[] = [];
  readonly toClient: ServerFrame[] = [];
  open = false;
  gone = false;
  /** Whether it hears the room: from `ready` on, or from the end of its sync. */
  hears = false;

  send(text: string): void {
    this.toServer.push(JSON.parse(text) as ClientFrame);
  }
  close(): void {
    this.gone = true;
  }
}

export type Trick = 'refuse' | 'lose' | 'behind' | 'rows' | 'reset' | 'split';

export class TinyServer {
  readonly log: EventFrame[] = [];
  readonly rows = new Map<string, Message>();
  readonly sockets: TinySocket[] = [];
  /** What each connection resumed from. */
  readonly resumed: number[] = [];
  /** What goes wrong, or is done the other way, the next time it can be. */
  readonly tricks = new Set<Trick>();

  constructor(private readonly now: () => number) {}

  get socket(): TinySocket | undefined {
    return this.sockets.findLast(({ gone }) => !gone);
  }

  connect(): TinySocket {
    const socket = new TinySocket();
    this.sockets.push(socket);
    return socket;
  }

  /** Lets one thing happen on the newest socket. False when nothing can. */
  step(direction: 'up' | 'down'): boolean {
    const socket = this.socket;
    if (socket === undefined) return false;
    if (!socket.open) {
      socket.open = true;
      socket.onopen?.();
      return true;
    }
    if (direction === 'up') {
      const frame = socket.toServer.shift();
      if (frame !== undefined) this.#take(socket, frame);
      return frame !== undefined;
    }
    const frame = socket.toClient.shift();
    if (frame !== undefined) socket.onmessage?.(JSON.stringify(frame));
    return frame !== undefined;
  }

  cut(): void {
    const socket = this.socket;
    if (socket === undefined) return;
    socket.gone = true;
    socket.onclose?.(1006, '');
  }

  post(sender: string, content: string, clientId: string): EventFrame {
    const seq = this.#next();
    const id = messageId(ROOM, sender, clientId);
    const frame = posted(seq, { id, sender_id: sender, by: sender, content, client_id: clientId });
    const row = message(seq, { id, sender_id: sender, content, client_id: clientId });
    this.rows.set(id, row);
    this.#append(frame);
    return frame;
  }

  edit(target: Message, content: string): void {
    const seq = this.#next();
    this.rows.set(target.id, {
      ...target,
      content,
      edited_at: target.created_at,
      changed_seq: seq,
    });
    this.#append({ ...edited(seq, 0, content), message_id: target.id });
  }

  #next(): number {
    return 100 + this.log.length;
  }

  #append(frame: EventFrame): void {
    this.log.push(frame);
    const socket = this.socket;
    if (socket?.hears === true) socket.toClient.push(frame);
  }

  #once(trick: Trick): boolean {
    return this.tricks.delete(trick);
  }

  #take(socket: TinySocket, frame: ClientFrame): void {
    const head = this.#next() - 1;
    if (frame.type === 'auth') {
      socket.toClient.push(authSuccess(this.now()), ready({ rooms: [room({ last_seq: head })] }));
      const after = frame.resume?.[0]?.after;
      if (after === undefined) socket.hears = true;
      else {
        this.resumed.push(after);
        this.#sync(socket, after);
      }
    }
    if (frame.type === 'sync') for (const { after } of frame.rooms) this.#sync(socket, after);
    if (frame.type === 'ping') socket.toClient.push({ type: 'pong', t: frame.t });
    if (frame.type === 'message.send') this.#send(socket, frame);
  }

  #send(socket: TinySocket, frame: Extract<ClientFrame, { type: 'message.send' }>): void {
    const row = this.rows.get(messageId(ROOM, ALICE, frame.client_id));
    if (row !== undefined) {
      const first = this.log.find(({ seq }) => seq === row.seq);
      if (first?.type === 'message.posted') {
        socket.toClient.push({ ...first, repeated: true, message: row });
      }
      return;
    }
    if (this.#once('refuse')) {
      const { client_id: ref } = frame;
      socket.toClient.push({ type: 'error', code: 'UNAVAILABLE', message: '', ref });
      return;
    }
    // A frame that the network swallowed on its way.
    if (!this.#once('lose')) this.post(ALICE, frame.content, frame.client_id);
  }

  #sync(socket: TinySocket, after: number): void {
    socket.hears = true;
    if (this.#once('behind')) {
      socket.toClient.push(syncDone(after, true));
      return;
    }
    const head = this.#next() - 1;
    const described = room({ last_seq: head });
    const reset = after === 0 || this.#once('reset');
    if (reset || this.#once('rows')) {
      const all = [...this.rows.values()].sort((a, b) => a.seq - b.seq);
      const rows = reset ? all.slice(-5) : all.filter(({ changed_seq }) => changed_seq > after);
      const cut = this.#once('split') ? Math.ceil(rows.length / 2) : 0;
      const state = { room: described, reset };
      if (cut > 0) {
        socket.toClient.push(syncState({ ...state, messages: rows.slice(0, cut), more: true }));
      }
      socket.toClient.push(syncState({ ...state, messages: rows.slice(cut) }));
    } else {
      socket.toClient.push(...this.log.filter(({ seq }) => seq > after));
    }
    socket.toClient.push(syncDone(head));
  }

  /** Messages of others, with an id of their own. */
  postOf(n: number): EventFrame {
    return this.post(BOB, `from bob ${n}`, `bob-${n}`);
  }
}
