/** The load: messages by the clock, questions among them, and what else people do in rooms. */
import type { Uuid } from '@parley/contracts';
import type { Person } from '../people.js';
import type { SeededRandom } from '../random.js';
import type { Chatter } from './crowd.js';
import type { HistoryRecorder } from './recorder.js';

export interface TrafficOptions {
  readonly rate: number;
  readonly questionEvery: number;
}

const TICK_MS = 25;
/** Waiting sends of one client beyond which its turn is skipped: about half of what the SDK would take. */
const MOST_WAITING = 500;
/** REST reads its own write after every so many acknowledgements (I6). */
const READ_EVERY = 20;
/** Joins, kicks, edits, deletions and reactions: one in so many ticks. */
const OTHER_EVERY = 20;

/** A load that goes on until it is stopped, whatever becomes of the product. */
export class Traffic {
  questions = 0;
  /** Membership changes and the like by REST: asked, and those that were answered with a success. */
  readonly others = { asked: 0, succeeded: 0 };
  skipped = 0;
  /** Own writes that were read back by REST (I6). */
  readBack = 0;
  #due = 0;
  #messages = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #running = new Set<Promise<unknown>>();

  constructor(
    private readonly chatters: readonly Chatter[],
    /** Owns every room and is never removed. */
    private readonly keeper: Person,
    private readonly roomIds: readonly Uuid[],
    private readonly random: SeededRandom,
    private readonly recorder: HistoryRecorder,
    private readonly options: TrafficOptions,
  ) {}

  start(): void {
    let last = Date.now();
    this.#timer = setInterval(() => {
      const now = Date.now();
      this.#due += ((now - last) / 1000) * this.options.rate;
      last = now;
      for (; this.#due >= 1; this.#due -= 1) this.#say();
      if (this.random.chance(1 / OTHER_EVERY)) this.#track(this.#other());
    }, TICK_MS);
  }

  /** Ends the load and waits, `ms` at most, until every send has its answer. Returns how many have none. */
  async stop(ms: number): Promise<number> {
    clearInterval(this.#timer);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.allSettled(this.#running), late]);
    clearTimeout(timer);
    return this.#running.size;
  }

  #say(): void {
    const chatter = this.random.oneOf(this.chatters);
    const rooms = chatter.rooms();
    if (rooms.length === 0) return;
    const room = this.random.oneOf(rooms);
    if (chatter.client.pending(room.id).length > MOST_WAITING) {
      this.skipped += 1;
      return;
    }
    this.#messages += 1;
    const asks = this.#messages % this.options.questionEvery === 0;
    if (asks) this.questions += 1;
    const number = `${chatter.name} ${this.#messages}`;
    const text = asks ? `@ai count to ${this.random.between(5, 80)} (${number})` : `say ${number}`;
    this.#track(this.#send(chatter, room.id, text));
  }

  async #send(chatter: Chatter, roomId: Uuid, text: string): Promise<void> {
    const message = await chatter.send(roomId, text);
    if (message === undefined || message.order % READ_EVERY !== 0) return;
    const path = `/api/chat/rooms/${roomId}/messages?at_least=${message.seq}`;
    const page = await chatter.person
      .rest<{ items: { id: Uuid; seq: number }[] }>('GET', path, { timeoutMs: 5_000 })
      .catch(() => undefined); // the product may be down just now
    if (page?.status !== 200 || message.client_id === null) return;
    this.readBack += 1;
    this.recorder.write({
      type: 'read',
      client: chatter.name,
      op: message.client_id,
      room_id: roomId,
      at_least: message.seq,
      messages: page.body.items.map(({ id, seq }) => ({ id, seq })),
    });
  }

  /** Any of these may meet a product that is down, or a state in which it is refused: both are part of the game. */
  async #other(): Promise<void> {
    const roomId = this.random.oneOf(this.roomIds);
    const chatter = this.random.oneOf(this.chatters);
    const room = `/api/chat/rooms/${roomId}`;
    const view = chatter.client.rooms.get(roomId);
    const user = chatter.person.id;
    const ask = async (person: Person, method: string, path: string, json?: unknown) => {
      this.others.asked += 1;
      const call = { timeoutMs: 5_000, ...(json === undefined ? {} : { json }) };
      const answer = await person.rest(method, path, call).catch(() => undefined);
      if (answer !== undefined && answer.status < 300) this.others.succeeded += 1;
    };
    if (view?.membership !== 'member') {
      return ask(this.keeper, 'POST', `${room}/members`, { user_id: user });
    }
    const own = view.messages.ordered.findLast(({ sender_id }) => sender_id === user);
    switch (this.random.between(0, 5)) {
      case 0:
        return ask(this.keeper, 'DELETE', `${room}/members/${user}`);
      case 1:
        return ask(chatter.person, 'POST', `${room}/leave`);
      case 2:
        if (own === undefined) return;
        return ask(chatter.person, 'PATCH', `/api/messages/${own.id}`, {
          content: `${own.content} (edited)`,
        });
      case 3:
        if (own === undefined) return;
        return ask(chatter.person, 'DELETE', `/api/messages/${own.id}`);
      case 4: {
        const [reply] = view.replies.keys();
        if (reply !== undefined) return ask(chatter.person, 'POST', `/api/replies/${reply}/stop`);
        return;
      }
      default:
        if (own === undefined) return;
        return ask(chatter.person, 'PUT', `/api/messages/${own.id}/reactions/👍`);
    }
  }

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    // A failure here is a fault of this program, not of the product: let it end the run loudly.
    void work.finally(() => this.#running.delete(work));
  }
}
