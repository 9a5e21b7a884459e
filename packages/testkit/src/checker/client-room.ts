/**
 * What one client has of one room, and where its stream stands. `has` is the seq up to which it has everything since
 * `base`; `next` is the index of the first applied event that its present connection has not been told.
 */
import {
  epochOf,
  type EventFrame,
  type Message,
  type Reply,
  type Seq,
  type Uuid,
} from '@parley/contracts';
import { isFrameOf, isVersion, versionAt } from './frames.js';
import { KnownMessages } from './known-messages.js';
import { hears, lastIndexUpTo, type MessageTruth, type RoomTruth } from './truth.js';
import type { Violation, Violations } from './violations.js';

/**
 * `live`: the next event must be the next visible one. `held`: silent until `sync.done`, but for what was missed. `out`:
 * told of its own leaving; nothing more may come.
 */
type Stream = 'unknown' | 'live' | 'held' | 'out';

export class ClientRoom {
  stream: Stream = 'unknown';
  /** Everything in (base, has] is known. */
  base: Seq = 0;
  has: Seq = 0;
  #next: number | 'any' = 0;
  /** The last sync was `behind`: `has` stays where it is until one is not. */
  #behind = false;
  readonly #known: KnownMessages;
  /** Open answers and their claims. */
  readonly open = new Map<Uuid, Seq | null>();
  /** Seqs of the present connection must rise. */
  #latest: Seq = -1;
  /** `after` of the syncs that are awaited, oldest first. A newer one may take the place of those before it. */
  #asked: Seq[] = [];
  /** Within a sync: the index of the next missed event, once one came; `rows`: rows came, any may follow. */
  #replay: number | 'rows' | undefined;
  #resetting: { members: Set<Uuid> } | undefined;
  #wasReset = false;

  constructor(
    private readonly room: RoomTruth,
    private readonly user: Uuid,
    private readonly client: string,
    private readonly violations: Violations,
  ) {
    this.#known = new KnownMessages(room);
  }

  #blame(invariant: Violation['invariant'], message: string, seq: Seq | null): void {
    this.violations.add(invariant, message, { client: this.client, room: this.room.id, seq });
  }

  /** A new connection that does not resume this room: the client keeps nothing. */
  startOver(): void {
    this.stream = 'unknown';
    this.#behind = false;
    this.base = this.has = 0;
    this.#known.clear();
    this.open.clear();
    this.#resetting = this.#replay = undefined;
    this.#asked = [];
    this.#latest = -1;
  }

  /** A new connection resumes it, or the client asks for a sync: silent from the receipt, until `sync.done`. */
  ask(after: Seq, when: { readonly resumed: boolean; readonly silent: boolean }): void {
    if (after > this.has && this.has > 0) {
      this.#blame(
        'I4',
        `the client resumes after ${after}, it has everything to ${this.has}`,
        after,
      );
    }
    if (when.resumed) this.#asked = [];
    this.#asked.push(after);
    if (this.#asked.length === 1) this.#replay = this.#beginning(after);
    if (when.silent) this.stream = 'held';
    if (when.resumed) this.#latest = -1;
  }

  /** The room in a `ready`: live begins after `lastSeq`, unless it was resumed or is live already. */
  ready(lastSeq: Seq): void {
    if (this.stream !== 'unknown' && this.stream !== 'out') return;
    this.stream = 'live';
    this.base = this.has = lastSeq;
    this.#next = lastIndexUpTo(this.room, lastSeq) + 1;
  }

  /** An open answer that it is told of. Whoever tells may be behind: what ended before `has` is no news. */
  reply(reply: Reply): void {
    const settled = this.room.settled.get(reply.reply_id);
    const claim = this.open.get(reply.reply_id);
    if (settled !== undefined && settled <= this.has) return;
    if ((claim ?? -1) <= (reply.claim ?? -1)) this.open.set(reply.reply_id, reply.claim);
  }

  event(frame: EventFrame): void {
    const index = this.room.indexOf.get(frame.seq);
    const applied = index === undefined ? undefined : this.room.applied[index];
    if (applied === undefined || index === undefined) {
      this.#blame('I2', `heard ${frame.type} that the log has not applied there`, frame.seq);
      return;
    }
    if ('repeated' in frame) {
      this.#repeated(frame);
      return;
    }
    if (!isFrameOf(frame, applied.event, applied.order)) {
      this.#blame('I2', `heard ${frame.type} that differs from the log’s`, frame.seq);
    }
    if (!hears(this.room, this.user, frame.seq)) {
      this.#blame('I5', `heard ${frame.type} outside a membership`, frame.seq);
    }
    if (this.#isMissed(index)) this.#replayed(frame, index);
    else {
      if (frame.seq <= this.#latest) this.#blame('I3', 'seq does not rise', frame.seq);
      this.#latest = frame.seq;
      this.#follow(frame, index);
    }
    this.#learn(frame);
    if (frame.type === 'member.left' && frame.user_id === this.user) this.#leave();
  }

  /** Out of line: the message as it is, or was, to its sender alone. It moves nothing. */
  #repeated(frame: Extract<EventFrame, { type: 'message.posted' }>): void {
    const message = this.room.messages.get(frame.id);
    const known = message?.versions.some(({ content }) => content === frame.content) === true;
    if (frame.by !== this.user || message?.seq !== frame.seq || !known) {
      this.#blame('I2', 'a repetition of what this client never sent', frame.seq);
    }
  }

  /** Whether an event before `sync.done` is one that was missed, not one that was under way when the sync was asked for. */
  #isMissed(index: number): boolean {
    if (this.#asked.length === 0) return false;
    if (this.stream !== 'live') return true;
    if (this.#next === 'any') return this.#replay !== undefined;
    // A sync that a newer one replaced never ends by itself: what follows the live events is one.
    return index < this.#next || this.#visible(this.#next, index) !== undefined;
  }

  /** What is of another log is followed by rows alone. */
  #beginning(after: Seq | undefined): 'rows' | undefined {
    if (after === undefined) return undefined;
    return epochOf(after) === epochOf(this.room.applied[0]?.seq ?? 0) ? undefined : 'rows';
  }

  /** Missed events follow each other from `after`, or from wherever rows ended; they move nothing before `sync.done`. */
  #replayed(frame: EventFrame, index: number): void {
    const next = this.#replay ?? lastIndexUpTo(this.room, this.#asked[0] ?? 0) + 1;
    this.#replay = index + 1;
    const left = frame.type === 'member.left' && frame.user_id === this.user;
    if (next === 'rows' || left || this.#isNewerSync(index)) return;
    if (index < next) this.#blame('I4', 'a missed event again', frame.seq);
    const missed = this.#visible(next, index);
    if (missed !== undefined) {
      this.#blame('I4', `before sync.done an event was left out: ${missed}`, frame.seq);
    }
  }

  /** Whether this is the first event of a sync that took the place of the one before it. */
  #isNewerSync(index: number): boolean {
    return this.#asked.slice(1).some((after) => {
      const start = lastIndexUpTo(this.room, after) + 1;
      return index >= start && this.#visible(start, index) === undefined;
    });
  }

  #follow(frame: EventFrame, index: number): void {
    const joins =
      (frame.type === 'member.joined' && frame.user_id === this.user) ||
      frame.type === 'room.created';
    if (this.stream === 'held') this.#blame('I4', 'a live event before sync.done', frame.seq);
    else if (this.stream === 'out' || this.stream === 'unknown') {
      if (!joins) this.#blame('I4', 'a live event of a room before it was given', frame.seq);
      this.base = this.has = frame.seq;
      this.#behind = false;
      this.stream = 'live';
      if (frame.type === 'member.joined') this.#expectReset();
    } else {
      if (this.#next !== 'any') this.#contiguous(this.#next, index, frame.seq);
      if (!this.#behind) this.has = Math.max(this.has, frame.seq);
    }
    this.#next = this.#next === 'any' ? index + 1 : Math.max(this.#next, index + 1);
  }

  /** One has become a member: everything comes unasked; silent until it is done. */
  #expectReset(): void {
    this.#asked.push(0);
    this.#replay = 'rows';
    this.stream = 'held';
  }

  #contiguous(next: number, index: number, seq: Seq): void {
    if (index < next) this.#blame('I4', 'a live event again', seq);
    const missed = this.#visible(next, index);
    if (missed !== undefined) this.#blame('I4', `a live event was left out: ${missed}`, seq);
  }

  /** The seq of the first event in [from, to) that this user hears. */
  #visible(from: number, to: number): Seq | undefined {
    for (let index = from; index < to; index++) {
      const seq = this.room.applied[index]?.seq ?? 0;
      if (hears(this.room, this.user, seq)) return seq;
    }
    return undefined;
  }

  #learn(frame: EventFrame): void {
    switch (frame.type) {
      case 'message.posted':
        this.#known.add(frame.id);
        for (const ask of frame.asks ?? []) this.open.set(ask.reply_id, null);
        return;
      case 'reply.settled':
        this.#known.add(frame.message_id);
        this.open.delete(frame.reply_id);
        return;
      case 'message.edited':
      case 'message.deleted':
      case 'reaction.added':
      case 'reaction.removed':
        this.#known.version(frame.message_id, frame.seq);
        return;
      case 'reply.asked':
        this.open.set(frame.reply_id, null);
        return;
      case 'reply.started':
        this.open.set(frame.reply_id, frame.seq);
        return;
      default:
        return;
    }
  }

  /** One frame of `sync.state`; a chain of them may carry one reset. */
  state(frame: {
    readonly reset: boolean;
    readonly more?: true | undefined;
    readonly members: readonly { readonly user_id: Uuid; readonly left_at: string | null }[];
    readonly messages: readonly Message[];
    readonly replies: readonly Reply[];
  }): void {
    if (this.stream === 'out') this.#blame('I5', 'sync.state after one’s own leaving', null);
    if (frame.reset && this.#resetting === undefined) this.#begin(frame.messages);
    if (this.#asked.length === 0) this.#expectReset();
    this.#replay = 'rows';
    for (const member of frame.members) {
      if (member.left_at === null) this.#resetting?.members.add(member.user_id);
    }
    let before = -1;
    for (const message of frame.messages) {
      if (message.seq <= before) this.#blame('I3', 'sync.state is not ascending', message.seq);
      before = message.seq;
      this.#row(message);
    }
    for (const reply of frame.replies) this.reply(reply);
    if (frame.more !== true && this.#resetting !== undefined) {
      if (!this.#resetting.members.has(this.user)) {
        this.#blame('I4', 'a reset that was read before one’s own joining', null);
      }
      this.#resetting = undefined;
      this.#wasReset = true;
    }
  }

  #begin(messages: readonly Message[]): void {
    this.#resetting = { members: new Set() };
    this.#known.clear();
    this.open.clear();
    // The latest page replaces all: what is older is not missing.
    this.base = (messages[0]?.seq ?? 1) - 1;
  }

  #row(row: Message): void {
    const message = this.room.messages.get(row.id);
    if (message === undefined || message.seq !== row.seq || message.order !== row.order) {
      this.#blame('I2', 'sync.state has a message that the log does not have so', row.seq);
      return;
    }
    const version = versionAt(message, row.changed_seq);
    if (version?.seq !== row.changed_seq || !isVersion(row, version)) {
      this.#blame('I2', `sync.state has a message as it never was`, row.seq);
    }
    this.#known.add(row.id);
    this.#known.version(row.id, row.changed_seq);
    if (row.reply !== null) this.open.delete(row.reply.reply_id);
  }

  done(through: Seq, behind: boolean): void {
    const asked = this.#asked;
    const after = asked.length === 0 ? undefined : Math.max(...asked);
    this.#asked = asked.slice(1);
    this.#replay = this.#beginning(this.#asked[0]);
    const index = lastIndexUpTo(this.room, through) + 1;
    this.#behind = behind;
    if (behind) {
      if (asked.length > 0 && !asked.includes(through)) {
        this.#blame('I4', `behind, but through is not what was asked`, through);
      }
      this.stream = 'live';
      this.#next = 'any';
      this.#wasReset = false;
      return;
    }
    if (this.#wasReset) this.has = Math.max(through, this.base);
    else this.#complete(after ?? this.has, through);
    this.#wasReset = false;
    this.has = Math.max(this.has, through);
    this.#next =
      this.stream === 'held' || this.#next === 'any' ? index : Math.max(this.#next, index);
    this.stream = 'live';
  }

  /** A sync from `after` to `through` brought every change between. */
  #complete(after: Seq, through: Seq): void {
    const { applied } = this.room;
    for (let index = lastIndexUpTo(this.room, after) + 1; index < applied.length; index++) {
      const event = applied[index];
      if (event === undefined || event.seq > through) return;
      const missing = this.#known.lacks(event, this.base);
      if (missing !== undefined) {
        this.#blame('I4', `sync.done, but ${missing} of ${event.seq} is missing`, through);
        return;
      }
    }
  }

  refused(): void {
    this.#leave();
  }

  #leave(): void {
    this.#asked = [];
    this.#replay = undefined;
    this.open.clear();
    this.stream = 'out';
  }

  /** A piece of an answer: only of the claim that this client was told of. */
  chunk(replyId: Uuid, claim: Seq): void {
    if (this.stream === 'out') this.#blame('I5', 'a chunk after one’s own leaving', claim);
    // One that is behind may not have been told of the answer's beginning.
    if (this.#behind || this.stream === 'out') return;
    const current = this.open.get(replyId);
    if (current === undefined) {
      this.#blame('I7', 'a chunk of an answer that is not open here', claim);
    } else if (current !== claim) {
      this.#blame('I7', `a chunk of another claim than ${String(current)}`, claim);
    }
  }

  /** After quiescence, of a client that is connected. */
  finish(): void {
    const stays = this.room.stays.get(this.user)?.at(-1)?.upto === Infinity;
    if (!stays || this.room.state.settings?.status !== 'Active') return;
    if (this.stream !== 'live' || this.#next === 'any' || this.#behind) {
      const how = this.stream === 'live' ? 'behind' : this.stream;
      this.#blame('I4', `the room is ${how} at the end, not live`, this.has);
      return;
    }
    const missed = this.#visible(this.#next, this.room.applied.length);
    if (missed !== undefined) this.#blame('I1', 'the last events never came', missed);
    for (const message of this.room.messages.values()) {
      if (message.seq <= this.base || message.seq > this.has) continue;
      if (!this.#known.has(message.id)) {
        this.#blame('I1', 'a member lacks a message at the end', message.seq);
      } else this.#current(message);
    }
    for (const reply of this.open.keys()) {
      this.#blame('I7', `an answer is still open here: ${reply}`, this.has);
    }
  }

  #current(message: MessageTruth): void {
    const last = message.versions.at(-1)?.seq;
    const known = this.#known.versionOf(message.id);
    if (known !== last) {
      this.#blame('I4', `a member has a message as of ${known}, not ${String(last)}`, message.seq);
    }
  }
}
