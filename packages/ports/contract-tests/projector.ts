/** A small log of room events for the suites of the projection: folds them as the projection does, and commits. */
import {
  ASSISTANT,
  TOPICS,
  messageId,
  partitionOf,
  replyId,
  replyMessageId,
  seqOf,
  uuidV7,
  type RoomEvent,
  type RoomEventOf,
  type RoomEventType,
  type SettledStatus,
  type Uuid,
} from '@parley/contracts';
import {
  applyRoomEvent,
  emptyRoom,
  iso,
  rowsOf,
  verdictOf,
  type Outcome,
  type RoomState,
  type RowChange,
  type VerdictRow,
} from '@parley/domain';
import type { LogIdentity, ProjectionBatch, ProjectionStore } from '@parley/ports';

/** The body of an event without its envelope. */
type Body<T extends RoomEventType> = Omit<
  RoomEventOf<T>,
  'v' | 'id' | 'log' | 'room_id' | 'born' | 'by' | 'type'
>;
interface Pending {
  from: number;
  changes: RowChange[];
  verdicts: VerdictRow[];
}

/** The log's time never falls, whoever appends. */
let latest = 1_750_000_000_000;

let made = 0;
/** A UUID that no other call answers. */
export function anyId(): Uuid {
  return `00000000-0000-4000-8000-${(++made).toString(16).padStart(12, '0')}`;
}

/** A room whose records are in this partition. */
export function roomIn(partition: number, identity: LogIdentity): Uuid {
  for (;;) {
    const id = anyId();
    if (partitionOf(id, identity.partitions) === partition) return id;
  }
}

export class Projector {
  readonly rooms = new Map<Uuid, RoomState>();
  /** All row changes so far, in order: what the store should show. */
  readonly changes: RowChange[] = [];
  /** Every record so far. */
  readonly appended: RoomEvent[] = [];
  readonly #next: number[];
  readonly #at: number[];
  readonly #pending = new Map<number, Pending>();

  private constructor(
    private readonly store: ProjectionStore,
    readonly identity: LogIdentity,
    positions: readonly number[],
  ) {
    this.#next = [...positions];
    this.#at = positions.map(() => 0);
  }

  static async open(store: ProjectionStore, identity: LogIdentity): Promise<Projector> {
    return new Projector(store, identity, await store.positions(TOPICS.roomEvents));
  }

  /** The log's time: append time of the next record, in Unix ms. */
  get now(): number {
    return latest;
  }

  set now(time: number) {
    latest = Math.max(latest, time);
  }

  room(id: Uuid): RoomState {
    const room = this.rooms.get(id) ?? emptyRoom(id);
    this.rooms.set(id, room);
    return room;
  }

  /** Where the projection will stand after the next commit. */
  get next(): readonly number[] {
    return this.#next;
  }

  /** Append time of the partition's last record. */
  at(partition: number): number {
    return this.#at[partition] ?? 0;
  }

  partition(roomId: Uuid): number {
    return partitionOf(roomId, this.identity.partitions);
  }

  /** Appends and judges an event; it is in the next commit. */
  append(event: RoomEvent): { outcome: Outcome; seq: number } {
    this.appended.push(event);
    const partition = this.partition(event.room_id);
    const pending = this.#batch(partition);
    const offset = this.#next[partition] ?? 0;
    this.#next[partition] = offset + 1;
    this.#at[partition] = this.now;
    const stamp = { seq: seqOf(this.identity.epoch, offset), at: this.now };
    const room = this.room(event.room_id);
    const outcome = applyRoomEvent(room, event, stamp);
    const changes = rowsOf(room, event, stamp, outcome).map((change) => structuredClone(change));
    this.changes.push(...changes);
    pending.changes.push(...changes);
    const verdict = verdictOf(event, stamp, outcome);
    if (verdict !== undefined) pending.verdicts.push(verdict);
    return { outcome, seq: stamp.seq };
  }

  /** An event of now. */
  event<T extends RoomEventType>(
    type: T,
    roomId: Uuid,
    by: Uuid,
    body: Body<T>,
    id: Uuid = anyId(),
  ): RoomEventOf<T> {
    const envelope = { v: 1, id, log: this.identity.log_id, room_id: roomId, born: iso(this.now) };
    return { ...envelope, ...body, type, by } as unknown as RoomEventOf<T>;
  }

  create(roomId: Uuid, users: readonly Uuid[], body: Partial<Body<'room.created'>> = {}): number {
    const [owner = anyId()] = users;
    const members = users.map((user_id, i) => ({
      user_id,
      username: null,
      display_name: 'someone',
      role: i === 0 ? ('owner' as const) : ('member' as const),
    }));
    const defaults = { kind: 'group', name: 'a room', visibility: 'private' } as const;
    const assistant = { mode: 'mention', model: null, system_prompt: null } as const;
    return this.append(
      this.event('room.created', roomId, owner, { ...defaults, assistant, members, ...body }),
    ).seq;
  }

  /** Posts a message; answers its id. `models` are asked. */
  post(
    roomId: Uuid,
    by: Uuid,
    content: string,
    options: { models?: readonly string[]; mentions?: Uuid[] } = {},
  ): { id: Uuid; seq: number; replies: Uuid[] } {
    const client_id = uuidV7(
      this.now,
      Uint8Array.from([...anyId().slice(-10)].map((c) => c.charCodeAt(0))),
    );
    const id = messageId(roomId, by, client_id);
    const asks = (options.models ?? []).map((model) => ({
      model,
      reply_id: replyId(id, model, 0),
    }));
    const body = {
      client_id,
      content,
      sender_name: 'someone',
      mentions: options.mentions ?? [],
      asks,
    };
    const { seq } = this.append(this.event('message.posted', roomId, by, body, id));
    return { id, seq, replies: asks.map((ask) => ask.reply_id) };
  }

  start(roomId: Uuid, questionId: Uuid, reply: Uuid, model: string, reserved = 100): number {
    const body = { reply_id: reply, question_id: questionId, attempt: 1, model, context_upto: 0 };
    return this.append(this.event('reply.started', roomId, ASSISTANT, { ...body, reserved })).seq;
  }

  settle(
    roomId: Uuid,
    questionId: Uuid,
    reply: Uuid,
    model: string,
    claim: number,
    content = 'an answer',
    status: SettledStatus = 'completed',
  ): Uuid {
    const message_id = replyMessageId(reply);
    const usage = { prompt_tokens: 30, completion_tokens: 12 };
    const body = { reply_id: reply, question_id: questionId, claim, attempt: 1, model, status };
    this.append(
      this.event('reply.settled', roomId, ASSISTANT, { ...body, message_id, content, usage }),
    );
    return message_id;
  }

  /** The batches that the next commit writes, one per partition. */
  batches(): ProjectionBatch[] {
    return [...this.#pending].map(([partition, { from, changes, verdicts }]) => ({
      topic: TOPICS.roomEvents,
      partition,
      epoch: this.identity.epoch,
      from,
      to: this.#next[partition] ?? 0,
      at: this.#at[partition] ?? 0,
      changes,
      verdicts,
      deadLetters: [],
      readMarks: [],
    }));
  }

  async commit(): Promise<void> {
    for (const batch of this.batches()) {
      const answer = await this.store.commit(batch);
      if (answer !== 'committed') throw new Error(`a batch was ${answer}`);
    }
    this.#pending.clear();
  }

  #batch(partition: number): Pending {
    const found = this.#pending.get(partition);
    if (found !== undefined) return found;
    const from = this.#next[partition] ?? 0;
    // The genesis record is the first of each partition.
    if (from === 0) this.#next[partition] = 1;
    const pending: Pending = { from, changes: [], verdicts: [] };
    this.#pending.set(partition, pending);
    return pending;
  }
}

/** Commits read marks of one partition of their topic. */
export async function commitMarks(
  store: ProjectionStore,
  identity: LogIdentity,
  readMarks: ProjectionBatch['readMarks'],
): Promise<void> {
  const [from = 0] = await store.positions(TOPICS.readMarks);
  const nothing = { changes: [], verdicts: [], deadLetters: [] };
  const place = { topic: TOPICS.readMarks, partition: 0, epoch: identity.epoch };
  const answer = await store.commit({
    ...place,
    ...nothing,
    from,
    to: from + readMarks.length,
    at: 1_750_000_000_000,
    readMarks,
  });
  if (answer !== 'committed') throw new Error(`the marks were ${answer}`);
}
