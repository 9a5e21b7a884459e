/** People who chat through whatever happens: each with an SDK client whose every frame is recorded. */
import type { ClientFrame, Message, ServerFrame, Uuid } from '@parley/contracts';
import { createClient, SendError, type ParleyClient, type RoomView } from '@parley/client';
import { connectWs } from '@parley/client/node';
import type { Address, Person } from '../people.js';
import { AnswerWatch } from './answer-watch.js';
import type { HistoryRecorder } from './recorder.js';

/** How an operation of a client ended, for the counts of the report. */
export interface Tally {
  sent: number;
  acknowledged: number;
  failed: number;
  /** Still without an answer when the client was closed. */
  unknown: number;
  /** Messages and answers that clients heard, over all clients. */
  received: number;
  connections: number;
}

export class Chatter {
  readonly client: ParleyClient;
  readonly answers: AnswerWatch;
  readonly #open = new Set<string>();
  readonly #invoked = new Set<string>();
  #connection = 0;
  #recording = true;

  constructor(
    readonly name: string,
    readonly person: Person,
    private readonly recorder: HistoryRecorder,
    private readonly tally: Tally,
  ) {
    this.answers = new AnswerWatch(name);
    this.client = createClient({
      url: person.at.wsUrl,
      http: person.at.url,
      token: () => person.token(),
      connect: connectWs,
      onFrame: (direction, frame) => this.#frame(direction, frame),
      timing: { backoffMs: 100, backoffMaxMs: 1_000 },
    });
    this.client.on('state', ({ state, previous, reason }) => {
      const was = ['authenticating', 'syncing', 'live'].includes(previous);
      if (was && (state === 'waiting' || state === 'closed')) this.#closed(reason?.code ?? 1006);
    });
  }

  get connected(): boolean {
    return this.client.state === 'live';
  }

  /** The rooms that this person may send to, as the client knows it. */
  rooms(): RoomView[] {
    return [...this.client.rooms.values()].filter((view) => view.membership === 'member');
  }

  /** Sends and sees to it that the outcome is recorded. Resolves with the message, or `undefined` when it was refused. */
  async send(roomId: Uuid, content: string): Promise<Message | undefined> {
    this.tally.sent += 1;
    try {
      const message = await this.client.send(roomId, content);
      const op = message.client_id ?? '';
      this.#open.delete(op);
      this.tally.acknowledged += 1;
      this.#write({ type: 'ok', op, seq: message.seq, message_id: message.id });
      return message;
    } catch (error) {
      if (!this.#recording) return undefined; // closed at the end of the run
      if (!(error instanceof SendError)) throw error;
      // Without an id it never left this client: nobody was asked.
      if (error.clientId === null || !this.#invoked.has(error.clientId)) this.tally.sent -= 1;
      else {
        this.#open.delete(error.clientId);
        this.tally.failed += 1;
        this.#write({ type: 'fail', op: error.clientId, code: error.code });
      }
      return undefined;
    }
  }

  /** Records what this person's screen shows, then stops recording. The connection stays as it is. */
  finish(): void {
    for (const view of this.rooms()) {
      this.#write({
        type: 'shown',
        client: this.name,
        user_id: this.person.id,
        room_id: view.id,
        messages: view.messages.ordered.map(({ id, seq, content, deleted_at }) => ({
          id,
          seq,
          content,
          deleted: deleted_at !== null,
        })),
        open_replies: [...view.replies.keys()],
      });
    }
    for (const op of this.#open) this.#write({ type: 'unknown', op });
    this.tally.unknown += this.#open.size;
    this.#recording = false;
  }

  /** Where the product answers from now on. */
  moveTo(address: Address): void {
    this.person.at = address;
  }

  #frame(direction: 'in' | 'out', frame: ServerFrame | ClientFrame): void {
    if (direction === 'in') this.#heard(frame as ServerFrame);
    else this.#said(frame as ClientFrame);
  }

  #heard(frame: ServerFrame): void {
    if (frame.type === 'message.posted' || frame.type === 'reply.settled') this.tally.received += 1;
    this.answers.heard(frame);
    this.#write({ type: 'heard', client: this.name, connection: this.#connection, frame });
  }

  #said(frame: ClientFrame): void {
    if (frame.type === 'auth') {
      this.#connection += 1;
      this.tally.connections += 1;
      this.answers.reconnected();
      this.#write({
        type: 'opened',
        client: this.name,
        connection: this.#connection,
        user_id: this.person.id,
      });
    }
    if (frame.type === 'message.send' && !this.#invoked.has(frame.client_id)) {
      const { client_id, room_id, content } = frame;
      this.#invoked.add(client_id);
      this.#open.add(client_id);
      this.#write({
        type: 'invoke',
        client: this.name,
        op: client_id,
        user_id: this.person.id,
        room_id,
        client_id,
        content,
      });
    }
    if (frame.type === 'auth' || frame.type === 'sync') {
      const { token: _, ...said } = frame.type === 'auth' ? frame : { ...frame, token: undefined };
      this.#write({ type: 'said', client: this.name, connection: this.#connection, frame: said });
    }
  }

  #closed(code: number): void {
    this.#write({ type: 'closed', client: this.name, connection: this.#connection, code });
  }

  #write(line: Parameters<HistoryRecorder['write']>[0]): void {
    if (this.#recording) this.recorder.write(line);
  }
}
