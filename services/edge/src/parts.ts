/** The parts of an edge, leaves first. Who calls whom in the other direction is a closure. */
import { CLOSE, MAX_FRAME_BYTES, ParleyError } from '@parley/contracts';
import type { Judged } from '@parley/domain';
import { Audience } from './audience.js';
import { Authentication } from './authentication.js';
import { ClockSkew } from './clock-skew.js';
import type { EdgeConfig } from './config.js';
import type { ConnectedUser } from './connected-user.js';
import type { Connection } from './connection.js';
import { Connections } from './connections.js';
import { FanOut } from './fan-out.js';
import type { Hearer } from './hearer.js';
import { Hosting } from './hosting.js';
import { Joins } from './joins.js';
import { KnownUsers } from './known-users.js';
import { Partitions, type TailListener } from './partitions.js';
import { PendingEvents } from './pending.js';
import type { EdgePorts } from './ports.js';
import { Presence } from './presence.js';
import { Reads } from './reads.js';
import { Readiness } from './ready.js';
import { FrontDesk } from './reception.js';
import { Repeated } from './repeated.js';
import { Replies } from './replies.js';
import { RoomLists } from './room-list.js';
import { Rooms } from './rooms.js';
import { Sends } from './sends.js';
import { Sessions } from './sessions.js';
import { Standing } from './standing.js';
import { Stops } from './stops.js';
import { Syncs } from './syncs.js';
import { Typing } from './typing.js';

export interface EdgeParts {
  readonly partitions: Partitions;
  readonly hosting: Hosting;
  readonly replies: Replies;
  readonly sessions: Sessions;
  readonly presence: Presence;
  readonly readiness: Readiness;
  readonly pending: PendingEvents;
  readonly sends: Sends;
  readonly reads: Reads;
  readonly typing: Typing;
  readonly skew: ClockSkew;
  readonly desk: FrontDesk;
}

/** `onFatal`: the edge cannot go on; `onForgotten`: a connection is gone. */
export function buildParts(
  ports: EdgePorts,
  config: EdgeConfig,
  told: {
    readonly onFatal: (error: unknown) => void;
    readonly onForgotten: (connection: Connection) => void;
  },
): EdgeParts {
  const { onFatal } = told;
  const rooms = new Rooms();
  const known = new KnownUsers();
  const connections = new Connections<ConnectedUser>();
  const skew = new ClockSkew();

  const verdicts: Judged[] = [];
  const listener: TailListener = {
    judged(verdict) {
      verdicts.push(verdict);
      fanOut.take(verdict);
    },
    membership: (event, stamp) => audience.noticed(event, stamp),
    batchEnded(partition) {
      // What was applied is on its way to everybody before its author gets any answer of his own.
      fanOut.flush();
      for (const verdict of verdicts.splice(0)) {
        replies.judged(verdict);
        pending.judged(verdict);
        if (verdict.outcome.reason === null) known.learn(verdict.event);
      }
      replies.passed(partition);
    },
  };

  const { keepRecords } = config;
  const partitions = new Partitions(ports, { keepRecords, listener, onFatal });
  const replies = new Replies(ports, partitions, rooms, onFatal);
  const hosting = new Hosting(ports, partitions, rooms, {
    ...config,
    onReleased: (room) => replies.released(room),
  });
  const sessions = new Sessions(ports, config.sessionPollMs, (sessionId) => {
    const { code, message } = new ParleyError('SESSION_REVOKED', 'The session has ended.');
    for (const user of connections.ofSession(sessionId) ?? []) {
      user.end(CLOSE.sessionRevoked, 'session revoked', { code, message });
    }
  });
  const authentication = new Authentication(ports, known, (id) => sessions.isRevoked(id));
  const presence = new Presence(ports, config.edgeId, rooms);

  const syncPorts = { ...ports, store: ports.rooms, rooms, partitions };
  const syncs: Syncs = new Syncs(syncPorts, replies, (hearer, roomId) =>
    standing.caughtUp(hearer, roomId),
  );
  const lists = new RoomLists(ports, partitions, hosting, rooms);
  const readiness: Readiness = new Readiness(ports, lists, rooms, syncs, {
    onlinePeers: (userId) => presence.onlinePeers(userId),
    recheck: (hearer) => recheck(authentication, hearer),
  });
  const joins: Joins = new Joins(rooms, hosting, syncs, ports.logger, (hearer) =>
    readiness.missed(hearer),
  );
  const standing = new Standing(rooms, partitions, joins, readiness);
  const audience = new Audience(connections, joins, syncs);
  const fanOut = new FanOut(rooms, audience, ports.metrics);

  const repeated = new Repeated(ports, partitions);
  const pending = new PendingEvents(
    ports.clock,
    (waiter, { event }) => {
      const room = rooms.get(event.room_id);
      if (room !== undefined) void repeated.answer(waiter, room, event.id);
    },
    (ms) => ports.metrics.observe('parley_stage_seconds', ms / 1000, { stage: 'log' }),
  );
  const sends = new Sends({ ...ports, skew }, config, standing, pending, repeated);
  const stops = new Stops(ports, standing, sends);
  const reads = new Reads(ports, rooms, onFatal);
  const typing = new Typing(ports, rooms);

  const desks = {
    ...{ authentication, connections, rooms, readiness, joins, syncs, standing },
    ...{ sends, stops, reads, typing, replies, presence },
  };
  const limits = {
    ...config.limits,
    message_max_length: config.messageMaxLength,
    max_frame_bytes: MAX_FRAME_BYTES,
  };
  const desk = new FrontDesk(ports, desks, limits, told.onForgotten);
  return {
    ...{ partitions, hosting, replies, sessions, presence, readiness },
    ...{ pending, sends, reads, typing, skew, desk },
  };
}

/** The session of somebody who was let in while it could not be checked. Throws `UNAVAILABLE`. */
async function recheck(authentication: Authentication, hearer: Hearer): Promise<void> {
  try {
    const { userId: user_id, sessionId: session_id } = hearer;
    const { sessionEndsAt } = await authentication.check({ user_id, session_id });
    hearer.sessionEndsAt = sessionEndsAt;
  } catch (error) {
    if (!(error instanceof ParleyError) || error.code === 'UNAVAILABLE') throw error;
    hearer.end(CLOSE.sessionRevoked, 'session revoked', {
      code: error.code,
      message: error.message,
    });
  }
}
