/**
 * `message.send`: from a frame to an append, one after the other per connection, so that a sender's own order is kept.
 *
 * A fresh id is appended at once and needs no Postgres; any other is first looked up, once the projection has passed the
 * end that the partition had when `born` was taken.
 */
import {
  ParleyError,
  TOPICS,
  messageId,
  partitionOf,
  type ClientFrameOf,
  type RoomEvent,
  type Uuid,
} from '@parley/contracts';
import { encodeRoomEvent, sendPath, type Models } from '@parley/domain';
import {
  within,
  type Clock,
  type EventLog,
  type Logger,
  type ProjectionWatch,
  type RateLimiter,
  type RoomStore,
  type UserStore,
} from '@parley/ports';
import type { ClockSkew } from './clock-skew.js';
import { checkLength, mentionsIn, messageEvent } from './compose.js';
import type { ConnectedUser } from './connected-user.js';
import { Lanes } from './lanes.js';
import { UNKNOWN_OUTCOME, refuse, type PendingEvents, type Waiter } from './pending.js';
import type { Repeated } from './repeated.js';
import type { LocalRoom } from './rooms.js';
import type { Standing } from './standing.js';

/** Sends of one connection that wait for their turn; more are refused with RATE_LIMIT_EXCEEDED. */
const MAX_WAITING = 1_000;
/** How long the slow path waits for the projection, in ms. */
const PROJECTED_MS = 10_000;
/** How long one query may take, in ms. */
const QUERY_MS = 5_000;

export interface SendPorts {
  readonly log: EventLog;
  readonly rooms: RoomStore;
  readonly users: UserStore;
  readonly limiter: RateLimiter;
  readonly projection: ProjectionWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly skew: ClockSkew;
}

export interface SendOptions {
  readonly messageMaxLength: number;
  readonly models: Models;
}

type Send = ClientFrameOf<'message.send'>;

export class Sends {
  readonly #ports: SendPorts;
  readonly #options: SendOptions;
  readonly #standing: Standing;
  readonly #pending: PendingEvents;
  readonly #repeated: Repeated;
  readonly #lanes = new Lanes<ConnectedUser>(MAX_WAITING);

  constructor(
    ports: SendPorts,
    options: SendOptions,
    standing: Standing,
    pending: PendingEvents,
    repeated: Repeated,
  ) {
    this.#ports = ports;
    this.#options = options;
    this.#standing = standing;
    this.#pending = pending;
    this.#repeated = repeated;
  }

  /** Whether something of this connection waits for its turn. */
  busy(user: ConnectedUser): boolean {
    return this.#lanes.busy(user);
  }

  send(user: ConnectedUser, frame: Send): void {
    const waiter = { user, ref: frame.client_id };
    const taken = this.#lanes.run(user, () =>
      this.#sendOne(user, frame).catch((error: unknown) => this.#tell(waiter, error)),
    );
    if (taken) return;
    this.#tell(waiter, new ParleyError('RATE_LIMIT_EXCEEDED', 'Too many messages are waiting.'));
  }

  /** Resolves when the next one may go: its place in the order of appends is taken. Throws what the author is told. */
  async #sendOne(user: ConnectedUser, frame: Send): Promise<void> {
    if (user.closed) return;
    const id = messageId(frame.room_id, user.userId, frame.client_id);
    const waiter: Waiter = { user, ref: frame.client_id };
    const room = await this.#roomFor(waiter, frame, id);
    if (room === undefined) return;
    checkLength(frame.content, this.#options.messageMaxLength);
    if (this.#wasJudged(waiter, room, id)) return;
    const { clock } = this.#ports;
    const path = sendPath(frame.client_id, clock.now());
    if (path.path === 'refused') {
      throw new ParleyError('VALIDATION_FAILED', 'client_id: more than 24 hours ahead of time.');
    }
    if (path.path === 'slow' && (await this.#lookedUp(waiter, room, id))) return;
    await this.#admit(user);
    await this.#post(waiter, room, frame, path.born);
  }

  /**
   * The room to post in; `undefined` if its author was answered. Whoever is no member may repeat what he said while he was
   * one: it is in the room, and "you are not a member" would tell him that it is not. The id is derived from his own, so it
   * shows him nobody else's message. A hosted room's window knows every young id; looking up costs a stranger a point, or it
   * would be a free way to load the database.
   */
  async #roomFor(waiter: Waiter, frame: Send, id: Uuid): Promise<LocalRoom | undefined> {
    const roomId = frame.room_id;
    try {
      return await this.#standing.find(waiter.user, roomId);
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'NOT_A_MEMBER') throw error;
      const { clock, log } = this.#ports;
      const hosted = this.#standing.hosted(roomId);
      if (hosted !== undefined) {
        if (this.#wasJudged(waiter, hosted, id)) return undefined;
        if (sendPath(frame.client_id, clock.now()).path === 'fast') throw error;
      }
      await this.#admit(waiter.user);
      const partition = partitionOf(roomId, log.identity.partitions);
      if (await this.#lookedUp(waiter, { id: roomId, partition }, id)) return undefined;
      throw error;
    }
  }

  /** Answers what the room remembers, or is about to: a repeat costs nothing. */
  #wasJudged(waiter: Waiter, room: LocalRoom, id: Uuid): boolean {
    if (this.#pending.join(id, waiter)) return true;
    const entry = room.state.window.get(id);
    if (entry === undefined) return false;
    if (entry.reason === null) void this.#repeated.answer(waiter, room, id);
    else refuse(waiter, entry.reason);
    return true;
  }

  /** The slow path's look: whether the id was found, and its author answered. */
  async #lookedUp(
    waiter: Waiter,
    room: Pick<LocalRoom, 'id' | 'partition'>,
    id: Uuid,
  ): Promise<boolean> {
    const { log, rooms, projection, clock } = this.#ports;
    const unavailable = new ParleyError('UNAVAILABLE', 'This cannot be looked up now: try again.');
    if (!projection.available) throw unavailable;
    const end = await within(
      clock,
      QUERY_MS,
      "the log's end",
      log.end(TOPICS.roomEvents, room.partition),
    );
    for (const deadline = clock.now() + PROJECTED_MS; ;) {
      const ms = Math.max(0, deadline - clock.now());
      if (!(await projection.reached(room.partition, end - 1, ms))) throw unavailable;
      const look = rooms.lookup(room.id, id);
      const { message, verdict, projected } = await within(clock, QUERY_MS, 'a lookup', look);
      // Another snapshot than the one that the poller saw: it may have gone back.
      if ((projected[room.partition] ?? 0) < end) continue;
      if (message !== undefined) this.#repeated.show(waiter, message);
      else if (verdict !== undefined && verdict.reason !== null) refuse(waiter, verdict.reason);
      else return false;
      return true;
    }
  }

  async #admit({ userId }: ConnectedUser): Promise<void> {
    for (const limit of ['messages-burst', 'messages'] as const) {
      const verdict = await this.#ports.limiter.consume(limit, userId);
      if (verdict.allowed) continue;
      throw new ParleyError('RATE_LIMIT_EXCEEDED', 'Too many messages: wait a little.', {
        retryAfterMs: verdict.resetMs,
      });
    }
  }

  async #post(waiter: Waiter, room: LocalRoom, frame: Send, born: number): Promise<void> {
    const { log, projection } = this.#ports;
    const { models } = this.#options;
    const { user } = waiter;
    const mentions = projection.available
      ? await mentionsIn(frame.content, room.state, models, this.#ports)
      : [];
    const author = { userId: user.userId, name: user.user.display_name, log: log.identity.log_id };
    const event = messageEvent(frame, author, room.state, { born, mentions, models });
    const unasked = event.asks !== undefined && !projection.available;
    if (unasked) delete event.asks;
    this.append(waiter, event);
    if (unasked) {
      const message = 'The message is sent; its question could not be put to the AI now.';
      this.#tell(waiter, new ParleyError('UNAVAILABLE', message));
    }
  }

  /** Appends an event whose verdict its author is told. Throws `VALIDATION_FAILED` for what could not be read again. */
  append(waiter: Waiter, event: RoomEvent): void {
    const { log, clock, logger, skew } = this.#ports;
    const { key, value } = encodeRoomEvent(event);
    if (this.#pending.join(event.id, waiter)) return;
    if (!this.#pending.add(event.id, waiter)) {
      throw new ParleyError('UNAVAILABLE', 'Too many messages are waiting.');
    }
    const partition = partitionOf(event.room_id, log.identity.partitions);
    const since = clock.now();
    // However long it takes: who waits is told in time by the sweep of what is pending.
    log.append({ topic: TOPICS.roomEvents, partition, key, value }).then(
      ({ at }) => skew.note(at, since, clock.now()),
      (error: unknown) => {
        logger.warn({ err: error, room: event.room_id }, 'an append was not confirmed');
        this.#pending.fail(event.id, UNKNOWN_OUTCOME);
      },
    );
  }

  /** Tells the author why it did not go. */
  #tell({ user, ref }: Waiter, error: unknown): void {
    if (error instanceof ParleyError) {
      const { code, message, retryAfterMs } = error;
      const retry = retryAfterMs === undefined ? {} : { retry_after_ms: Math.ceil(retryAfterMs) };
      user.tell({ type: 'error', code, message, ref, ...retry });
      return;
    }
    this.#ports.logger.error({ err: error }, 'a message could not be sent');
    user.tell({ type: 'error', code: 'UNAVAILABLE', message: 'Try again.', ref });
  }
}
