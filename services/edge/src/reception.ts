/** Takes connections in, and their frames to those who deal with them. */
import {
  CLOSE,
  ParleyError,
  type ClientFrame,
  type ClientFrameOf,
  type ServerLimits,
} from '@parley/contracts';
import { iso } from '@parley/domain';
import type { Clock, Logger, Metrics } from '@parley/ports';
import type { Authentication } from './authentication.js';
import { ConnectedUser } from './connected-user.js';
import type { Connection, Reception } from './connection.js';
import type { Connections } from './connections.js';
import { refOf } from './frames.js';
import type { Joins } from './joins.js';
import { Lanes } from './lanes.js';
import type { Presence } from './presence.js';
import type { Reads } from './reads.js';
import type { Readiness } from './ready.js';
import type { Replies } from './replies.js';
import type { LocalRoom, Rooms } from './rooms.js';
import type { Sends } from './sends.js';
import type { Standing } from './standing.js';
import type { Stops } from './stops.js';
import type { Syncs } from './syncs.js';
import type { Typing } from './typing.js';

/** Frames of one connection about rooms that it is not known to be in. */
const MAX_WAITING = 16;

/** Everything a frame can be about. */
export interface Desks {
  readonly authentication: Authentication;
  readonly connections: Connections<ConnectedUser>;
  readonly rooms: Rooms;
  readonly readiness: Readiness;
  readonly joins: Joins;
  readonly syncs: Syncs;
  readonly standing: Standing;
  readonly sends: Sends;
  readonly stops: Stops;
  readonly reads: Reads;
  readonly typing: Typing;
  readonly replies: Replies;
  readonly presence: Presence;
}

export interface ReceptionPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export class FrontDesk implements Reception {
  readonly #ports: ReceptionPorts;
  readonly #desks: Desks;
  readonly #limits: ServerLimits;
  readonly #onForgotten: (connection: Connection) => void;
  readonly #lanes = new Lanes<ConnectedUser>(MAX_WAITING);

  constructor(
    ports: ReceptionPorts,
    desks: Desks,
    limits: ServerLimits,
    onForgotten: (connection: Connection) => void,
  ) {
    this.#ports = ports;
    this.#desks = desks;
    this.#limits = limits;
    this.#onForgotten = onForgotten;
  }

  enter(connection: Connection, frame: ClientFrameOf<'auth'>): void {
    this.#enter(connection, frame).catch((error: unknown) => this.#refuse(connection, error));
  }

  async #enter(connection: Connection, frame: ClientFrameOf<'auth'>): Promise<void> {
    const { authentication, connections, readiness, joins, presence } = this.#desks;
    const { clock, metrics } = this.#ports;
    const since = clock.now();
    const { token: cookie, ticket } = connection.request;
    const identity = await authentication.identify({ token: frame.token, ticket, cookie });
    if (connection.state === 'closed') return;
    const user = new ConnectedUser(identity, connection.outbox, (...why) => connection.end(...why));
    // From here on it is reached by what the tail reads and by the end of its session; then it is looked up.
    connection.user = user;
    connections.add(user);
    const vouched = await authentication.vouch(identity);
    if (user.closed) return;
    user.user = vouched.user;
    user.sessionEndsAt = vouched.sessionEndsAt;
    user.tell({
      type: 'auth.success',
      user: vouched.user,
      session_id: identity.session_id,
      server_time: iso(clock.now()),
      limits: this.#limits,
    });
    presence.arrived(user.userId);
    await readiness.admit(user, frame.resume ?? [], frame.more === true);
    if (user.closed) return;
    user.admitted = true;
    connection.admitted();
    joins.admitted(user);
    metrics.observe('parley_stage_seconds', (clock.now() - since) / 1000, { stage: 'accept' });
  }

  #refuse(connection: Connection, error: unknown): void {
    if (!(error instanceof ParleyError)) {
      this.#ports.logger.error({ err: error }, 'a connection could not be taken in');
      const message = 'Try again.';
      connection.end(CLOSE.tryAgainLater, 'internal error', { code: 'INTERNAL', message });
      return;
    }
    const { code, message } = error;
    if (code === 'SESSION_REVOKED') {
      connection.end(CLOSE.sessionRevoked, 'session revoked', { code, message });
    } else if (code === 'AUTH_FAILED' || code === 'AUTH_REQUIRED') {
      connection.end(CLOSE.unauthenticated, 'unauthenticated', { code, message });
    } else connection.end(CLOSE.tryAgainLater, 'unavailable', { code, message });
  }

  handle(user: ConnectedUser, frame: Exclude<ClientFrame, { type: 'auth' }>): void {
    try {
      this.#handle(user, frame);
    } catch (error) {
      this.#fail(user, frame, error);
    }
  }

  #fail(user: ConnectedUser, frame: ClientFrame, error: unknown): void {
    const ref = refOf(frame);
    const told = error instanceof ParleyError ? error : new ParleyError('INTERNAL', 'Try again.');
    if (told !== error) {
      this.#ports.logger.error({ err: error, frame: frame.type }, 'a frame failed');
    }
    const { code, message } = told;
    user.tell({ type: 'error', code, message, ...(ref === undefined ? {} : { ref }) });
  }

  #handle(user: ConnectedUser, frame: Exclude<ClientFrame, { type: 'auth' }>): void {
    const { syncs, sends, stops, reads, typing } = this.#desks;
    switch (frame.type) {
      case 'message.send':
        sends.send(user, frame);
        return;
      case 'sync':
        syncs.request(user, frame.rooms, frame.more === true);
        return;
      case 'reply.stop':
        stops.stop(user, frame, (error) => this.#fail(user, frame, error));
        return;
      case 'read':
        this.#inRoom(user, frame, (room) => reads.read(user.userId, room, frame.seq));
        return;
      case 'typing':
        this.#inRoom(user, frame, (room) => typing.typed(user.userId, room));
        return;
      case 'ping':
        user.tell({ type: 'pong', t: frame.t });
        return;
    }
  }

  /** At once where he is known as a member; else when it is certain that he is, or is not. */
  #inRoom(
    user: ConnectedUser,
    frame: ClientFrameOf<'read' | 'typing'>,
    act: (room: LocalRoom) => void,
  ): void {
    const { standing } = this.#desks;
    const room = standing.of(user, frame.room_id);
    if (room !== undefined) {
      act(room);
      return;
    }
    const fail = (error: unknown): void => this.#fail(user, frame, error);
    const taken = this.#lanes.run(user, () => standing.find(user, frame.room_id).then(act, fail));
    if (!taken) fail(new ParleyError('RATE_LIMIT_EXCEEDED', 'Too many frames are waiting.'));
  }

  drained(user: ConnectedUser): void {
    this.#desks.replies.catchUp(user);
  }

  overflowed(): void {
    this.#ports.metrics.count('parley_slow_consumers_total');
  }

  forget(connection: Connection): void {
    this.#onForgotten(connection);
    const { user } = connection;
    if (user === undefined) return;
    const { rooms, connections, readiness, presence } = this.#desks;
    user.closed = true;
    for (const roomId of user.roomIds) {
      const room = rooms.get(roomId);
      if (room !== undefined) rooms.depart(room, user, this.#ports.clock.now());
    }
    user.notices.clear();
    connections.remove(user);
    readiness.forget(user);
    if (connections.ofUser(user.userId) === undefined) presence.departed(user.userId);
  }
}
