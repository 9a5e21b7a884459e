/** I1, I3, I4, I5 and I7 for what every client heard, connection by connection. */
import type { ControlFrame, ServerFrame, Uuid } from '@parley/contracts';
import { ClientRoom } from './client-room.js';
import type { ClosedLine, HeardLine, OpenedLine, SaidLine, ShownLine } from './history.js';
import type { Truth } from './truth.js';
import type { Violations } from './violations.js';

interface Client {
  readonly user: Uuid;
  connection: number;
  connected: boolean;
  /** Whether a whole `ready` came on this connection. */
  ready: boolean;
  readonly rooms: Map<Uuid, ClientRoom>;
}

export class Streams {
  readonly #clients = new Map<string, Client>();

  constructor(
    private readonly truth: Truth,
    private readonly violations: Violations,
  ) {}

  connectionOf(client: string): number {
    return this.#clients.get(client)?.connection ?? 0;
  }

  opened(line: OpenedLine): void {
    const client: Client = this.#clients.get(line.client) ?? {
      user: line.user_id,
      connection: 0,
      connected: false,
      ready: false,
      rooms: new Map(),
    };
    this.#clients.set(line.client, client);
    client.connection = line.connection;
    client.connected = true;
    client.ready = false;
  }

  said(line: SaidLine): void {
    const client = this.#present(line);
    if (client === undefined) return;
    const { frame } = line;
    if (frame.type === 'auth') {
      const resumed = new Set((frame.resume ?? []).map((point) => point.room_id));
      if (frame.more !== true) {
        for (const [id, room] of client.rooms) if (!resumed.has(id)) room.startOver();
      }
      for (const { room_id, after } of frame.resume ?? []) {
        this.#room(client, line.client, room_id)?.ask(after, { resumed: true, silent: true });
      }
    } else if (frame.type === 'sync') {
      for (const { room_id, after } of frame.rooms ?? []) {
        const room = this.#room(client, line.client, room_id);
        // Before `ready` (an `auth` with `more`) a sync is a resume too.
        room?.ask(after, { resumed: false, silent: !client.ready });
      }
    }
  }

  heard(line: HeardLine): void {
    const client = this.#present(line);
    if (client === undefined) return;
    const frames = Array.isArray(line.frame) ? (line.frame as ServerFrame[]) : [line.frame];
    for (const frame of frames) this.#frame(client, line.client, frame as ServerFrame);
  }

  closed(line: ClosedLine): void {
    const client = this.#present(line);
    if (client !== undefined) client.connected = false;
  }

  /** What a screen showed at the end: all of the room from its oldest message on, as it is, in order, each once. */
  shown(line: ShownLine): void {
    const room = this.truth.rooms.get(line.room_id);
    if (room === undefined || room.state.settings?.status !== 'Active') return;
    if (room.stays.get(line.user_id)?.at(-1)?.upto !== Infinity) return;
    const where = { client: line.client, room: line.room_id };
    const oldest = line.messages[0]?.seq ?? Infinity;
    const expected = [...room.messages.values()].filter((message) => message.seq >= oldest);
    const lacks = expected.find((message, index) => line.messages[index]?.id !== message.id);
    if (lacks !== undefined) {
      const { seq } = lacks;
      this.violations.add('I1', 'the screen lacks this, or shows another order', { ...where, seq });
      return;
    }
    expected.forEach(({ seq, versions }, index) => {
      const shown = line.messages[index];
      const last = versions.at(-1);
      if (shown?.content !== last?.content || shown?.deleted !== last?.deleted) {
        this.violations.add('I4', 'the screen shows an old text', { ...where, seq });
      }
    });
    if (line.messages.length > expected.length) {
      this.violations.add('I2', 'the screen shows more than there is', where);
    }
    for (const reply of line.open_replies) {
      this.violations.add('I7', 'the screen shows an answer as being written', { ...where, reply });
    }
  }

  finish(): void {
    for (const [name, client] of this.#clients) {
      if (!client.connected) continue;
      for (const room of this.truth.rooms.values()) {
        if (room.stays.get(client.user)?.at(-1)?.upto !== Infinity) continue;
        this.#room(client, name, room.id)?.finish();
      }
    }
  }

  #present(line: { readonly client: string; readonly connection: number }): Client | undefined {
    const client = this.#clients.get(line.client);
    return client?.connection === line.connection ? client : undefined;
  }

  #room(client: Client, name: string, id: Uuid): ClientRoom | undefined {
    let room = client.rooms.get(id);
    if (room !== undefined) return room;
    const truth = this.truth.rooms.get(id);
    if (truth === undefined) return undefined;
    room = new ClientRoom(truth, client.user, name, this.violations);
    client.rooms.set(id, room);
    return room;
  }

  #frame(client: Client, name: string, frame: ServerFrame): void {
    if ('seq' in frame && 'at' in frame) {
      const room = this.#room(client, name, frame.room_id);
      if (room !== undefined) room.event(frame);
      else this.violations.add('I2', 'an event of a room that is not', { client: name });
      return;
    }
    this.#control(client, name, frame);
  }

  #control(client: Client, name: string, frame: ControlFrame): void {
    switch (frame.type) {
      case 'ready':
        for (const { id, last_seq } of frame.rooms) this.#room(client, name, id)?.ready(last_seq);
        for (const reply of frame.replies) this.#room(client, name, reply.room_id)?.reply(reply);
        client.ready ||= frame.more !== true;
        return;
      case 'sync.state':
        this.#room(client, name, frame.room_id)?.state(frame);
        return;
      case 'sync.done':
        this.#room(client, name, frame.room_id)?.done(frame.through, frame.behind === true);
        return;
      case 'reply.chunk':
        this.#room(client, name, frame.room_id)?.chunk(frame.reply_id, frame.claim);
        return;
      case 'error':
        if (frame.code === 'NOT_A_MEMBER' && frame.ref !== undefined) {
          client.rooms.get(frame.ref)?.refused();
        }
        return;
      default:
        return;
    }
  }
}
