import { CLOSE } from '@parley/contracts';
import { sleep, type Timer } from '@parley/ports';
import type { EdgeConfig } from './config.js';
import { Connection } from './connection.js';
import type { AcceptRequest, Edge, EdgeSocket, SocketEvents } from './edge-socket.js';
import { DrainWatch } from './outbox.js';
import { buildParts } from './parts.js';
import type { EdgePorts } from './ports.js';

/** Between two rounds of what is done now and then (pings, ends of sessions, overdue sends), in ms. */
const ROUND_MS = 1_000;
/** Between two looks at a draining edge, in ms. */
const DRAIN_LOOK_MS = 50;
/** How long a draining edge waits for verdicts of what was sent, beyond its spread, in ms. */
const DRAIN_GRACE_MS = 3_000;

type Life = 'new' | 'running' | 'draining' | 'stopped';

const NOBODY: SocketEvents = {
  message: () => undefined,
  pong: () => undefined,
  closed: () => undefined,
};

/** The WebSocket service: client frames in, log out; log in, client frames out. */
export function createEdge(ports: EdgePorts, config: EdgeConfig): Edge {
  const { clock, random, logger, metrics, projection, signals } = ports;
  const connections = new Set<Connection>();
  const watch = new DrainWatch(clock);
  const options = { ...config, clock, watch, limits: config };
  let life: Life = 'new';
  let round: Timer | undefined;
  let draining: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  let subscriptions: { stop(): void }[] = [];

  const count = (): void => metrics.gauge('parley_ws_connections', connections.size);
  const parts = buildParts(ports, config, {
    onFatal(error) {
      if (life === 'stopped') return;
      logger.error({ err: error }, 'the edge cannot go on');
      config.onFatal(error);
    },
    onForgotten(connection) {
      connections.delete(connection);
      count();
    },
  });

  const goRound = (): void => {
    const now = clock.now();
    let bytes = 0;
    for (const connection of connections) {
      connection.tick(now);
      bytes += connection.outbox.bytes;
      if ((connection.user?.sessionEndsAt ?? now) < now) {
        connection.end(CLOSE.sessionRevoked, 'session ended');
      }
    }
    metrics.gauge('parley_outbox_bytes', bytes);
    parts.pending.sweep();
    parts.hosting.sweep();
    parts.readiness.complete();
    round = clock.after(ROUND_MS, goRound);
  };

  /** Each connection at its moment, or when what it sent has its verdict; all of them in the end. */
  const drainAll = async (): Promise<void> => {
    const began = clock.now();
    const moments = new Map<Connection, number>();
    for (const connection of connections) {
      const ms = Math.floor(random.fraction() * config.drainSpreadMs);
      moments.set(connection, began + ms);
      connection.drain(ms);
    }
    const last = began + config.drainSpreadMs + DRAIN_GRACE_MS;
    while (connections.size > 0) {
      const now = clock.now();
      const waiting = parts.pending.users();
      for (const connection of connections) {
        const { user } = connection;
        const busy = user !== undefined && (waiting.has(user) || parts.sends.busy(user));
        const due = now >= (moments.get(connection) ?? began) && !busy;
        if (due || now >= last) connection.end(CLOSE.restart, 'the edge restarts');
      }
      if (connections.size > 0) await sleep(clock, DRAIN_LOOK_MS);
    }
  };

  const stopAll = async (): Promise<void> => {
    if (life !== 'new') await edge.drain();
    life = 'stopped';
    round?.cancel();
    watch.stop();
    for (const subscription of subscriptions) subscription.stop();
    parts.sessions.stop();
    await parts.reads.stop();
    await parts.replies.stop();
    await parts.partitions.stop();
    await parts.presence.stop();
  };

  const edge: Edge = {
    name: 'edge',
    get connections() {
      return connections.size;
    },
    get fault() {
      return life === 'running' ? parts.skew.fault : 'not running';
    },
    async start() {
      await parts.partitions.start();
      await parts.replies.start();
      await parts.reads.start();
      await parts.sessions.start();
      if (stopping !== undefined) return;
      parts.presence.start();
      subscriptions = [
        projection.onChange(() => parts.readiness.complete()),
        signals.subscribe((signal) => {
          if (signal.type === 'typing') parts.typing.signalled(signal.room_id, signal.user_id);
          else parts.presence.signalled(signal.user_id, signal.status);
        }),
      ];
      life = 'running';
      goRound();
    },
    accept(socket: EdgeSocket, request: AcceptRequest): SocketEvents {
      if (life !== 'running') {
        const moving = life !== 'new';
        socket.close(moving ? CLOSE.restart : CLOSE.tryAgainLater, 'not taking connections');
        return NOBODY;
      }
      const connection = new Connection(socket, request, parts.desk, options);
      connections.add(connection);
      count();
      return connection;
    },
    drain() {
      if (life === 'running') life = 'draining';
      parts.presence.drain();
      draining ??= drainAll();
      return draining;
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
  return edge;
}
