/**
 * The database: what is in it, whether it answers, and what it forgets. Commits are acknowledged before they are on disk
 * (asynchronous commits), so a crash takes the latest of them back.
 */
import { ALL_TOPICS, ParleyError, type Topic, type Uuid } from '@parley/contracts';
import type { DeadLetter, RowChange } from '@parley/domain';
import type { LogIdentity, ProjectionBatch } from '@parley/ports';
import type { Dice } from '../dice.js';
import type { SimNode } from '../sim-node.js';
import type { SimClock } from '../sim-clock.js';
import { emptyRoomTables, Undo, type RoomTables } from './tables.js';

/** Verdicts are pruned this long after their `until`, in ms. */
const VERDICT_SLACK_MS = 3_600_000;
/** Commits within this time of a crash may be lost with it, in ms (Postgres: three times wal_writer_delay). */
const NOT_ON_DISK_MS = 600;
/** A connection pool gives up on a database that is away after this long, in ms. */
const CONNECT_MS = 300;

/** The database's troubles, changed by the world as it goes. */
export interface DatabaseWeather {
  /** ms there and back. */
  usual: number;
  worst: number;
  /** How many requests in all are stuck for up to a minute. */
  stalls: number;
}

export const FAIR_DATABASE: DatabaseWeather = { usual: 1, worst: 10, stalls: 0 };

export class Database {
  readonly rooms = new Map<Uuid, RoomTables>();
  readonly positions: Map<Topic, number[]>;
  readonly deadLetters: DeadLetter[] = [];
  #away = false;
  /** Bumped by every crash: connections of before are cut. */
  #life = 0;
  #journal: { readonly at: number; readonly undo: Undo }[] = [];
  readonly #dice: Dice;
  /** Commits that happened twice or not at all because nobody heard of them show here. */
  fenced = 0;

  constructor(
    private readonly clock: SimClock,
    dice: Dice,
    readonly weather: DatabaseWeather,
    private readonly log: Pick<LogIdentity, 'epoch' | 'partitions'>,
  ) {
    this.#dice = dice;
    this.positions = new Map(
      ALL_TOPICS.map((topic) => [topic, Array.from({ length: log.partitions }, () => 0)]),
    );
  }

  get partitions(): number {
    return this.log.partitions;
  }

  get away(): boolean {
    return this.#away;
  }

  /** A request of a process. Stuck ones may have been executed before they got stuck, or be executed afterwards. */
  request<T>(node: SimNode, work: () => T): Promise<T> {
    const life = this.#life;
    let there = this.#dice.delay(this.weather.usual, this.weather.worst);
    let back = this.#dice.delay(this.weather.usual, this.weather.worst);
    if (this.#dice.chance(this.weather.stalls)) {
      const stuck = 1_000 + this.#dice.fraction() * 59_000;
      if (this.#dice.chance(0.5)) there += stuck;
      else back += stuck;
    } else if (this.#dice.chance(0.7)) {
      // The answer is as old as its way back. Most need not be: one happening less for each.
      there += back;
      back = 0;
    }
    if (this.#away) {
      return node.call({ there: this.#dice.fraction() * CONNECT_MS, back: 0 }, unavailable);
    }
    const asked = node.call({ there, back }, () => {
      if (this.#away || life !== this.#life) return unavailable();
      return work();
    });
    return asked.then((result) => (life === this.#life ? result : unavailable()));
  }

  stop(): void {
    this.#away = true;
    this.#life += 1;
  }

  start(): void {
    this.#away = false;
  }

  /** When it last went back, in world time. */
  wentBackAt = -Infinity;

  /** kill -9 of the machine: what was committed lately and not on disk is gone, as if it had never been. */
  crash(): void {
    this.stop();
    this.wentBackAt = this.clock.now();
    const onDisk = this.clock.now() - this.#dice.fraction() * NOT_ON_DISK_MS;
    while ((this.#journal.at(-1)?.at ?? -Infinity) > onDisk) this.#journal.pop()?.undo.run();
  }

  roomTables(id: Uuid): RoomTables {
    let room = this.rooms.get(id);
    if (room === undefined) this.rooms.set(id, (room = emptyRoomTables()));
    return room;
  }

  projected(): number[] {
    return [...this.position('chat.room-events.v1')];
  }

  position(topic: Topic): number[] {
    return this.positions.get(topic) ?? [];
  }

  /** One transaction; fenced by the position. */
  commit(batch: ProjectionBatch): 'committed' | 'fenced' {
    const positions = this.position(batch.topic);
    if (positions[batch.partition] !== batch.from || batch.epoch !== this.log.epoch) {
      this.fenced += 1;
      return 'fenced';
    }
    const undo = new Undo();
    for (const change of batch.changes) this.#apply(change, undo);
    for (const verdict of batch.verdicts) {
      undo.put(this.roomTables(verdict.room_id).verdicts, verdict.id, verdict);
    }
    for (const { room_id, user_id, seq } of batch.readMarks) {
      const { reads } = this.roomTables(room_id);
      if (seq > (reads.get(user_id) ?? 0)) undo.put(reads, user_id, seq);
    }
    this.#prune(batch, undo);
    this.deadLetters.push(...batch.deadLetters);
    undo.step(() => {
      this.deadLetters.length -= batch.deadLetters.length;
      positions[batch.partition] = batch.from;
    });
    positions[batch.partition] = batch.to;
    const now = this.clock.now();
    this.#journal.push({ at: now, undo });
    if (this.#journal.length > 400) {
      this.#journal = this.#journal.filter((entry) => entry.at > now - NOT_ON_DISK_MS);
    }
    return 'committed';
  }

  #apply(change: RowChange, undo: Undo): void {
    switch (change.table) {
      case 'rooms': {
        const tables = this.roomTables(change.row.id);
        const old = tables.room;
        undo.step(() => (tables.room = old));
        tables.room = { ...change.row };
        return;
      }
      case 'members':
        undo.put(this.roomTables(change.row.room_id).members, change.row.user_id, {
          ...change.row,
        });
        return;
      case 'replies':
        undo.put(this.roomTables(change.row.room_id).replies, change.row.reply_id, {
          ...change.row,
        });
        return;
      case 'reactions':
        this.#react(change.row, undo);
        return;
      case 'messages':
        this.#message(change, undo);
    }
  }

  #message(change: Extract<RowChange, { readonly table: 'messages' }>, undo: Undo): void {
    if ('row' in change) {
      const { messages } = this.roomTables(change.row.room_id);
      if (messages.has(change.row.id)) throw new Error(`message ${change.row.id} is there already`);
      undo.put(messages, change.row.id, { ...change.row });
      return;
    }
    const { id, room_id, seq } = 'edit' in change ? change.edit : change.remove;
    const { messages } = this.roomTables(room_id);
    const row = messages.get(id);
    if (row === undefined) return;
    const changed =
      'edit' in change
        ? { content: change.edit.content, edited_at: change.edit.edited_at }
        : { content: '', deleted_at: change.remove.deleted_at };
    undo.put(messages, id, { ...row, ...changed, content_seq: seq, changed_seq: seq });
  }

  #react(row: Extract<RowChange, { readonly table: 'reactions' }>['row'], undo: Undo): void {
    const { messages, reactions } = this.roomTables(row.room_id);
    const others = (reactions.get(row.message_id) ?? []).filter(
      ([emoji, user]) => emoji !== row.emoji || user !== row.user_id,
    );
    const kept = row.removed ? others : [...others, [row.emoji, row.user_id] as const];
    undo.put(reactions, row.message_id, kept);
    const message = messages.get(row.message_id);
    if (message !== undefined) {
      undo.put(messages, message.id, { ...message, changed_seq: row.changed_seq });
    }
  }

  #prune(batch: ProjectionBatch, undo: Undo): void {
    for (const roomId of new Set(batch.verdicts.map((verdict) => verdict.room_id))) {
      const { verdicts } = this.roomTables(roomId);
      for (const [id, verdict] of verdicts) {
        if (verdict.until + VERDICT_SLACK_MS < batch.at) undo.remove(verdicts, id);
      }
    }
  }
}

function unavailable(): never {
  throw new ParleyError('UNAVAILABLE', 'The database is away.', { retryAfterMs: 1_000 });
}
