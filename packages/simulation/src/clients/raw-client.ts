/**
 * A client written from the protocol's page alone, next to the SDK: it keeps a seq per room by rule 17, resumes with it,
 * and repeats what was not answered. It mints ids from its own clock, which may be an hour off.
 */
import {
  FINAL_CLOSES,
  messageId,
  RETRIABLE_CODES,
  uuidV7,
  type ClientFrame,
  type ServerFrame,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import type { Link } from '../network/link.js';
import type { Recorder } from '../recorder.js';
import type { SimNode } from '../sim-node.js';
import { refusalOf, type SendRequest, type SimClient } from './sim-client.js';

/** How long an answer is awaited before the same is sent again, in ms. */
const REPEAT_MS = 8_000;

/** Between two pings, in ms. */
const HEARTBEAT_MS = 12_000;

interface Pending extends SendRequest {
  readonly op: string;
  /** How often it went out. */
  times: number;
}

export interface RawClientOptions {
  readonly name: string;
  readonly user: Uuid;
  readonly token: string;
  readonly node: SimNode;
  readonly recorder: Recorder;
  /** Opens a link to some edge; `undefined` = none takes connections. */
  readonly dial: (name: string, node: SimNode, token: string) => Link | undefined;
}

export class RawClient implements SimClient {
  readonly name: string;
  readonly user: Uuid;
  #link: Link | undefined;
  #connection = 0;
  #ready = false;
  #lastHeard = 0;
  #wanted = false;
  /** Per room: the seq up to which this client has everything. */
  readonly #seqs = new Map<Uuid, Seq>();
  /** Rooms whose last sync was `behind`: their seq stays until one is not. */
  readonly #behind = new Set<Uuid>();
  /** Rooms with a sync under way: what was missed comes before `sync.done` and moves nothing. */
  readonly #syncing = new Set<Uuid>();
  readonly #pending = new Map<string, Pending>();
  readonly #replies = new Map<Uuid, Uuid>();
  readonly #messages = new Map<Uuid, Uuid[]>();

  constructor(private readonly options: RawClientOptions) {
    this.name = options.name;
    this.user = options.user;
  }

  get idle(): boolean {
    return this.#pending.size === 0 && this.#behind.size === 0 && this.#syncing.size === 0;
  }

  get waitsFor(): string {
    const { size } = this.#pending;
    const rooms = [...this.#behind].map((id) => `behind ${id}`);
    return [`${size} sends`, ...rooms, ...[...this.#syncing].map((id) => `sync ${id}`)].join(', ');
  }

  get connected(): boolean {
    return this.#ready;
  }

  get link(): Link | undefined {
    return this.#link;
  }

  connect(): void {
    this.#wanted = true;
    this.#dial();
  }

  /** Goes offline, on purpose; what is pending stays so. */
  disconnect(): void {
    this.#wanted = false;
    this.#link?.close('client', 1001, '');
  }

  mint(): string {
    const { node } = this.options;
    return uuidV7(node.clock.now(), node.dice.bytes(10));
  }

  send(request: SendRequest): void {
    const op = this.options.recorder.nextOp();
    const { room_id, client_id, content } = request;
    const invoke = { type: 'invoke', client: this.name, op, user_id: this.user } as const;
    this.options.recorder.add({ ...invoke, room_id, client_id, content });
    const old = this.#pending.get(client_id);
    if (old !== undefined) this.options.recorder.add({ type: 'unknown', op: old.op });
    const pending = { ...request, op, times: 0 };
    this.#pending.set(client_id, pending);
    this.#transmit(pending);
  }

  stopReply(): void {
    for (const [reply_id, room_id] of this.#replies) {
      this.#say({ type: 'reply.stop', room_id, reply_id });
      return;
    }
  }

  markRead(room_id: Uuid): void {
    const seq = this.#seqs.get(room_id);
    if (seq !== undefined) this.#say({ type: 'read', room_id, seq });
  }

  syncAgain(room_id: Uuid): void {
    const after = this.#seqs.get(room_id);
    if (after === undefined || !this.#ready) return;
    this.#syncing.add(room_id);
    this.#say({ type: 'sync', rooms: [{ room_id, after }] });
  }

  /** Ends what is still open, so that the history is whole. */
  giveUp(): void {
    for (const { op } of this.#pending.values()) this.options.recorder.add({ type: 'unknown', op });
    this.#pending.clear();
  }

  show(): void {
    // It keeps no screen: what it heard is judged frame by frame.
  }

  #transmit(pending: Pending): void {
    if (this.#pending.get(pending.client_id) !== pending) return;
    if (this.#ready) {
      const { room_id, client_id, content } = pending;
      pending.times += 1;
      this.#say({ type: 'message.send', room_id, client_id, content });
    }
    this.options.node.later(REPEAT_MS, () => this.#transmit(pending));
  }

  #dial(): void {
    if (!this.#wanted || this.#link !== undefined) return;
    const { node, name, token, recorder, user } = this.options;
    const link = this.options.dial(name, node, token);
    if (link === undefined) {
      this.#redial();
      return;
    }
    this.#link = link;
    const connection = (this.#connection += 1);
    recorder.add({ type: 'opened', client: name, connection, user_id: user });
    link.attach('client', {
      message: (data) => this.#heard(data, connection),
      closed: (code) => this.#closed(link, code, connection),
      pong: () => undefined,
    });
    const resume = [...this.#seqs].map(([room_id, after]) => ({ room_id, after }));
    this.#syncing.clear();
    for (const { room_id } of resume) this.#syncing.add(room_id);
    this.#say({ type: 'auth', token, ...(resume.length === 0 ? {} : { resume }) });
    this.#lastHeard = node.clock.now();
    this.#watch(link);
  }

  /** Half open, or an edge that never answers: whoever is silent for so long is gone. */
  #watch(link: Link): void {
    const { node } = this.options;
    node.later(HEARTBEAT_MS, () => {
      if (this.#link !== link) return;
      const silent = node.clock.now() - this.#lastHeard;
      if (silent > 2.5 * HEARTBEAT_MS || (!this.#ready && silent > HEARTBEAT_MS)) {
        link.close('client', 1001, 'no answer');
      } else {
        if (this.#ready) this.#say({ type: 'ping', t: node.clock.now() });
        this.#watch(link);
      }
    });
  }

  #redial(): void {
    this.options.node.later(this.options.node.dice.delay(400, 3_000), () => this.#dial());
  }

  #closed(link: Link, code: number, connection: number): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#ready = false;
    this.options.recorder.add({ type: 'closed', client: this.name, connection, code });
    if (!FINAL_CLOSES.has(code)) this.#redial();
  }

  #say(frame: ClientFrame): void {
    const link = this.#link;
    if (link === undefined) return;
    if (frame.type === 'auth' || frame.type === 'sync') {
      this.options.recorder.add({
        type: 'said',
        client: this.name,
        connection: this.#connection,
        frame,
      });
    }
    link.send('edge', JSON.stringify(frame));
  }

  #heard(data: string, connection: number): void {
    this.#lastHeard = this.options.node.clock.now();
    const frame = JSON.parse(data) as ServerFrame | readonly ServerFrame[];
    this.options.recorder.add({ type: 'heard', client: this.name, connection, frame });
    for (const one of Array.isArray(frame) ? (frame as ServerFrame[]) : [frame as ServerFrame]) {
      this.#take(one);
    }
  }

  #take(frame: ServerFrame): void {
    if ('seq' in frame && 'at' in frame) {
      this.#event(frame);
      return;
    }
    switch (frame.type) {
      case 'ready':
        for (const { id, last_seq } of frame.rooms) {
          if (!this.#seqs.has(id)) this.#seqs.set(id, last_seq);
        }
        for (const { reply_id, room_id } of frame.replies) this.#replies.set(reply_id, room_id);
        if (frame.more !== true && !this.#ready) this.#becomeReady();
        return;
      case 'sync.state':
        for (const { reply_id } of frame.replies) this.#replies.set(reply_id, frame.room_id);
        for (const { reply } of frame.messages) {
          if (reply !== null) this.#replies.delete(reply.reply_id);
        }
        return;
      case 'sync.done':
        this.#synced(frame.room_id, frame.through, frame.behind === true);
        return;
      case 'error':
        this.#refused(frame);
        return;
      default:
        return;
    }
  }

  #becomeReady(): void {
    this.#ready = true;
    for (const pending of this.#pending.values()) this.#transmit(pending);
  }

  #synced(room_id: Uuid, through: Seq, behind: boolean): void {
    this.#syncing.delete(room_id);
    if (!behind) {
      this.#behind.delete(room_id);
      this.#seqs.set(room_id, Math.max(through, this.#seqs.get(room_id) ?? 0));
      return;
    }
    this.#behind.add(room_id);
    this.#retryBehind(room_id, this.#connection);
  }

  #retryBehind(room_id: Uuid, connection: number): void {
    this.options.node.later(3_000, () => {
      if (this.#connection !== connection || !this.#behind.has(room_id)) return;
      if (this.#ready) this.syncAgain(room_id);
      else this.#retryBehind(room_id, connection);
    });
  }

  #event(frame: Extract<ServerFrame, { readonly at: string }>): void {
    if (frame.type === 'message.posted') {
      const pending = frame.by === this.user ? this.#pending.get(frame.client_id) : undefined;
      if (pending !== undefined) {
        this.#pending.delete(frame.client_id);
        const message_id = messageId(frame.room_id, frame.by, frame.client_id);
        const { op } = pending;
        this.options.recorder.add({ type: 'ok', op, seq: frame.seq, message_id });
      }
      if ('repeated' in frame) return;
      this.messagesOf(frame.room_id).push(frame.id);
      for (const ask of frame.asks ?? []) this.#replies.set(ask.reply_id, frame.room_id);
    } else if (frame.type === 'reply.settled') this.#replies.delete(frame.reply_id);
    else if (frame.type === 'reply.asked') this.#replies.set(frame.reply_id, frame.room_id);
    else if (frame.type === 'member.left' && frame.user_id === this.user) {
      this.#seqs.delete(frame.room_id);
      this.#behind.delete(frame.room_id);
      return;
    }
    const { room_id } = frame;
    if (!this.#behind.has(room_id) && !this.#syncing.has(room_id))
      this.#seqs.set(room_id, frame.seq);
  }

  messagesOf(roomId: Uuid): Uuid[] {
    let messages = this.#messages.get(roomId);
    if (messages === undefined) this.#messages.set(roomId, (messages = []));
    return messages;
  }

  #refused({ code, ref, reason }: Extract<ServerFrame, { type: 'error' }>): void {
    if (ref === undefined) return;
    const pending = this.#pending.get(ref);
    if (pending === undefined) {
      this.#syncing.delete(ref);
      if (code === 'NOT_A_MEMBER') {
        this.#seqs.delete(ref);
        this.#behind.delete(ref);
      }
      return;
    }
    if (RETRIABLE_CODES.has(code)) return;
    this.#pending.delete(ref);
    this.options.recorder.add(refusalOf(pending.op, code, reason !== undefined, pending.times));
  }
}
