/** Tells on an output what happens in one room: messages in order, answers as they are written, who comes and goes. */
import { ParleyError, type Message, type Seq, type Uuid } from '@parley/contracts';
import type { ParleyClient } from '../client.js';
import type { ClientEvents } from '../client-events.js';
import type { Clock, Timer } from '../options.js';
import { roomName } from './commands.js';
import type { Output } from './output.js';
import { plainLine } from './text.js';

export class Narrator {
  #roomId: Uuid | null = null;
  /** While the room's beginning is being loaded, what happens in it waits. */
  #waiting: (() => void)[] | null = null;
  /** Final messages of answers that were told as answers. */
  readonly #answered = new Set<Uuid>();
  #lastSeq: Seq = 0;
  #lastState = '';
  #typing: { userId: Uuid; name: string; timer: Timer } | null = null;

  constructor(
    private readonly client: ParleyClient,
    private readonly output: Output,
    private readonly clock: Clock,
    /** Whether somebody reads what is told: then it is marked as read. */
    private readonly reading: boolean,
  ) {
    this.#tell('message', ({ message }) => this.#message(message));
    this.#tell('reply', ({ reply, restarted }) => output.answer(reply, restarted));
    this.#tell('settled', ({ message }) => this.#settled(message));
    this.#tell('update', ({ message, change }) => this.#update(message, change));
    this.#tell('member', ({ userId, change }) => this.#member(userId, change));
    this.#tell('typing', ({ userId }) => this.#isTyping(userId));
    this.#tell('reset', () => output.note('The room was read anew.'));
    this.#tell('room', ({ change }) => {
      if (change === 'removed') output.note('You are no longer a member of this room.');
      this.#prompt();
    });
    this.#tell('pending', () => this.#prompt());
    client.on('state', (event) => this.#state(event));
    client.on('presence', ({ userId, status }) => this.#presence(userId, status));
    client.on('error', ({ error, ref }) => {
      if (error.code !== 'INTERNAL') output.problem(`${error.message} (${error.code})`);
      else if (ref !== null) output.problem(error.message);
    });
  }

  /** From now on this room is told, beginning with its latest messages. */
  async tell(roomId: Uuid, count: number): Promise<void> {
    const waiting: (() => void)[] = [];
    this.#roomId = roomId;
    this.#waiting = waiting;
    this.#lastSeq = 0;
    this.output.note(`This is ${roomName(this.client.rooms.get(roomId)?.room ?? null)}. /help`);
    try {
      const view = this.client.rooms.get(roomId);
      await this.client.loadMembers(roomId);
      const enough = (view?.messages.size ?? 0) >= count;
      if (!enough) await this.client.history(roomId, { limit: Math.max(1, count) });
      const latest = count === 0 ? [] : (view?.messages.ordered.slice(-count) ?? []);
      for (const message of latest) this.#message(message);
      this.#lastSeq = Math.max(this.#lastSeq, view?.messages.last?.seq ?? 0);
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      this.output.problem(`Older messages could not be loaded: ${error.message}`);
    }
    this.#waiting = null;
    for (const happened of waiting) happened();
    this.#prompt();
  }

  /** Loads and tells a page of older messages. */
  async older(roomId: Uuid): Promise<void> {
    const { added, end } = await this.client.history(roomId, { limit: 20 });
    if (added.length > 0) this.output.note('Older messages:');
    for (const message of added) this.output.message(message);
    this.output.note(end ? 'This is where the room begins.' : 'End of the older messages.');
  }

  #tell<K extends keyof ClientEvents>(
    type: K,
    told: (event: ClientEvents[K] & { roomId: Uuid }) => void,
  ): void {
    this.client.on(type, (event) => {
      const here = event as ClientEvents[K] & { roomId: Uuid };
      if (here.roomId !== this.#roomId) return;
      if (this.#waiting === null) told(here);
      else this.#waiting.push(() => told(here));
    });
  }

  #message(message: Message): void {
    if (this.#answered.delete(message.id)) return;
    // What a reset brings again, or what was told at the beginning.
    if (message.seq <= this.#lastSeq) return;
    this.#passed(message);
    this.output.message(message);
  }

  #passed(message: Message): void {
    this.#lastSeq = message.seq;
    if (this.#typing !== null && this.#typing.userId === message.sender_id) this.#stoppedTyping();
    if (this.reading) this.client.read(message.room_id, message.seq);
  }

  #settled(message: Message): void {
    if (message.seq <= this.#lastSeq) return;
    this.#passed(message);
    this.#answered.add(message.id);
    this.output.answered(message);
  }

  #update(message: Message, change: ClientEvents['update']['change']): void {
    if (change !== 'edited' && change !== 'deleted') return;
    const name = plainLine(message.sender_name);
    if (change === 'deleted') this.output.note(`A message of ${name} was deleted.`);
    else {
      this.output.note(`${name} edited:`);
      this.output.message(message);
    }
  }

  #name(userId: Uuid): string | null {
    const member = this.client.rooms.get(this.#roomId ?? '')?.members.get(userId);
    return member === undefined ? null : plainLine(member.display_name);
  }

  #member(userId: Uuid, change: ClientEvents['member']['change']): void {
    if (userId === this.client.me?.id) return;
    if (change === 'joined') this.output.note(`${this.#name(userId) ?? 'Somebody'} has joined.`);
    else if (change !== 'changed') this.output.note('A member has left.');
  }

  #presence(userId: Uuid, status: 'online' | 'offline'): void {
    const name = this.#name(userId);
    if (name === null || userId === this.client.me?.id) return;
    this.output.note(`${name} is ${status}.`);
  }

  #isTyping(userId: Uuid): void {
    const name = this.#name(userId);
    if (name === null) return;
    this.#typing?.timer.cancel();
    const timer = this.clock.after(4000, () => this.#stoppedTyping());
    this.#typing = { userId, name, timer };
    this.#prompt();
  }

  #stoppedTyping(): void {
    this.#typing?.timer.cancel();
    this.#typing = null;
    this.#prompt();
  }

  /** Said once per loss, not once per try. */
  #state({ state, previous }: ClientEvents['state']): void {
    if (state === 'waiting' && previous !== 'idle' && this.#lastState !== 'lost') {
      this.#lastState = 'lost';
      this.output.note('The connection is lost; reconnecting. Nothing you write is lost.');
    } else if (state === 'live') {
      if (this.#lastState === 'lost') this.output.note('Connected again.');
      this.#lastState = 'live';
    }
    this.#prompt();
  }

  #prompt(): void {
    const view = this.client.rooms.get(this.#roomId ?? '');
    const notes: string[] = [];
    if (this.client.state !== 'live') notes.push('connecting');
    const unsent = this.#roomId === null ? 0 : this.client.pending(this.#roomId).length;
    if (unsent > 0 && this.client.state !== 'live') notes.push(`${unsent} unsent`);
    if (this.#typing !== null) notes.push(`${this.#typing.name} is typing`);
    const beside = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
    this.output.prompt(`${roomName(view?.room ?? null)}${beside}> `);
  }
}
