/**
 * Laws that the applied events of a log must keep whatever code judged them. Nothing here asks the reducer: a reducer
 * that forgets a rule folds everywhere alike, and only an outsider notices.
 */
import { ASSISTANT, messageId, replyMessageId, type RoomEvent, type Seq } from '@parley/contracts';
import { BORN_AHEAD_MS, STALE_AFTER_MS } from '@parley/domain';
import type { Applied, RoomTruth, Truth } from './truth.js';
import type { Violations } from './violations.js';

/** Judges every room of the log. */
export function checkLaws(truth: Truth, violations: Violations): void {
  for (const fault of truth.faults) violations.add('I3', `the log itself: ${fault}`);
  for (const room of truth.rooms.values()) new RoomLaws(room, violations).check();
}

class RoomLaws {
  readonly #ids = new Set<string>();
  /** By user: the seq of the last joined or left. */
  readonly #membership = new Map<string, Seq>();
  readonly #members = new Set<string>();
  /** By message: the seq of its last post, edit or deletion. */
  readonly #content = new Map<string, Seq>();
  #settings: Seq = 0;
  #order = 0;
  readonly #claims = new Map<string, Seq | null>();
  readonly #settled = new Set<string>();

  constructor(
    private readonly room: RoomTruth,
    private readonly violations: Violations,
  ) {}

  check(): void {
    for (const applied of this.room.applied) {
      this.#once(applied);
      this.#fresh(applied);
      this.#basis(applied);
      this.#author(applied);
      this.#ordered(applied);
      this.#reply(applied);
      this.#fold(applied);
    }
  }

  #where(applied: Applied): Record<string, string | number> {
    return { room: this.room.id, seq: applied.seq, event: applied.event.type };
  }

  #once(applied: Applied): void {
    const { event } = applied;
    if (this.#ids.has(event.id)) {
      this.violations.add('I1', 'an event was applied twice', this.#where(applied));
    }
    this.#ids.add(event.id);
    if (
      event.type === 'message.posted' &&
      event.id !== messageId(event.room_id, event.by, event.client_id)
    ) {
      this.violations.add('I2', 'the id of a message is not its derived one', this.#where(applied));
    }
    if (event.type === 'reply.settled' && event.message_id !== replyMessageId(event.reply_id)) {
      this.violations.add('I2', 'the id of an answer is not its derived one', this.#where(applied));
    }
  }

  #fresh(applied: Applied): void {
    const age = applied.at - Date.parse(applied.event.born);
    if (age > STALE_AFTER_MS || age < -BORN_AHEAD_MS) {
      this.violations.add('I11', `applied ${age} ms after it was made`, this.#where(applied));
    }
  }

  #basis(applied: Applied): void {
    const { event } = applied;
    if (!('basis' in event)) return;
    const current = this.#currentBasis(event);
    if (current !== undefined && event.basis !== current) {
      this.violations.add(
        'I11',
        `decided on ${event.basis}, applied where that was ${current}`,
        this.#where(applied),
      );
    }
  }

  #currentBasis(event: Extract<RoomEvent, { basis: Seq }>): Seq | undefined {
    switch (event.type) {
      case 'member.joined':
      case 'member.left':
      case 'member.changed':
        return this.#membership.get(event.user_id) ?? 0;
      case 'message.edited':
      case 'message.deleted':
        return this.#content.get(event.message_id);
      default:
        return this.#settings;
    }
  }

  #author(applied: Applied): void {
    const { event } = applied;
    if (event.by === ASSISTANT || event.type === 'room.created') return;
    if (event.type === 'member.joined' && event.user_id === event.by) return;
    if (!this.#members.has(event.by)) {
      this.violations.add('I5', 'applied though its author was no member', this.#where(applied));
    }
  }

  #ordered(applied: Applied): void {
    const { type } = applied.event;
    if (type !== 'message.posted' && type !== 'reply.settled') return;
    this.#order += 1;
    if (applied.order !== this.#order) {
      this.violations.add(
        'I3',
        `order ${String(applied.order)} where ${this.#order} was due`,
        this.#where(applied),
      );
    }
  }

  #reply(applied: Applied): void {
    const { event } = applied;
    if (event.type === 'message.posted') {
      for (const ask of event.asks ?? []) this.#claims.set(ask.reply_id, null);
    } else if (event.type === 'reply.asked') this.#claims.set(event.reply_id, null);
    else if (event.type === 'reply.started') {
      if (this.#settled.has(event.reply_id)) {
        this.violations.add('I7', 'claimed after it was settled', this.#where(applied));
      }
      this.#claims.set(event.reply_id, applied.seq);
    } else if (event.type === 'reply.settled') {
      if (this.#settled.has(event.reply_id)) {
        this.violations.add('I7', 'an answer was settled twice', this.#where(applied));
      }
      const claim = this.#claims.get(event.reply_id);
      if (claim === undefined) {
        this.violations.add('I7', 'an answer that nobody asked for', this.#where(applied));
      } else if (event.claim !== claim) {
        this.violations.add(
          'I7',
          `settled by claim ${String(event.claim)}, the last one was ${String(claim)}`,
          this.#where(applied),
        );
      }
      this.#settled.add(event.reply_id);
    }
  }

  #fold(applied: Applied): void {
    const { event, seq } = applied;
    switch (event.type) {
      case 'room.created':
        this.#settings = seq;
        for (const member of event.members) {
          this.#members.add(member.user_id);
          this.#membership.set(member.user_id, seq);
        }
        return;
      case 'room.updated':
      case 'room.deleted':
      case 'room.restored':
        this.#settings = seq;
        return;
      case 'member.joined':
        this.#members.add(event.user_id);
        this.#membership.set(event.user_id, seq);
        return;
      case 'member.left':
        this.#members.delete(event.user_id);
        this.#membership.set(event.user_id, seq);
        return;
      case 'message.posted':
        this.#content.set(event.id, seq);
        return;
      case 'reply.settled':
        this.#content.set(event.message_id, seq);
        return;
      case 'message.edited':
      case 'message.deleted':
        this.#content.set(event.message_id, seq);
        return;
      default:
        return;
    }
  }
}
