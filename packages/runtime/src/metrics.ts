/** The metrics of a process: every name, kind and unit in one map. */
import type { Labels, Metrics } from '@parley/ports';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

interface Declaration {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels?: readonly string[];
}

/** Seconds; from a tenth of a millisecond (embedded read-back) to a slow answer of a model. */
const SECONDS = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

export const METRICS = {
  parley_ws_connections: { kind: 'gauge', help: 'Open WebSockets of this process.' },
  parley_deliveries_total: { kind: 'counter', help: 'Events written to sockets.' },
  parley_stage_seconds: {
    kind: 'histogram',
    help: 'Time per stage: accept, log, project, fan_out, first_token.',
    labels: ['stage'],
  },
  parley_log_lag_records: {
    kind: 'gauge',
    help: 'Records that a group has not read.',
    labels: ['group', 'topic', 'partition'],
  },
  parley_log_lag_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest record that a group has not read.',
    labels: ['group', 'topic', 'partition'],
  },
  parley_log_gaps_total: { kind: 'counter', help: 'Holes in the offsets that were passed.' },
  parley_void_events_total: {
    kind: 'counter',
    help: 'Records that changed nothing.',
    labels: ['reason'],
  },
  parley_projected_records_total: { kind: 'counter', help: 'Records projected.' },
  parley_projection_fenced_total: { kind: 'counter', help: 'Batches refused by the fence.' },
  parley_dead_letters_total: { kind: 'counter', help: 'Records that could not be read.' },
  parley_replies_total: { kind: 'counter', help: 'Answers settled.', labels: ['status'] },
  parley_tokens_total: { kind: 'counter', help: 'Tokens of models.', labels: ['kind'] },
  parley_outbox_bytes: { kind: 'gauge', help: 'Bytes waiting in sockets.' },
  parley_slow_consumers_total: {
    kind: 'counter',
    help: 'Sockets closed because they did not read.',
  },
  parley_requests_total: { kind: 'counter', help: 'REST requests.', labels: ['method', 'status'] },
} as const satisfies Record<string, Declaration>;

/** A registry of its own with the declared metrics; an undeclared name is an error of the code. */
export function createMetrics(): Metrics & { readonly registry: Registry } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const made = new Map<string, Counter | Gauge | Histogram>();
  for (const [name, declaration] of Object.entries<Declaration>(METRICS)) {
    const options = {
      name,
      help: declaration.help,
      labelNames: [...(declaration.labels ?? [])],
      registers: [registry],
    };
    if (declaration.kind === 'counter') made.set(name, new Counter(options));
    else if (declaration.kind === 'gauge') made.set(name, new Gauge(options));
    else made.set(name, new Histogram({ ...options, buckets: SECONDS }));
  }
  const find = <T>(name: string, type: abstract new (...args: never[]) => T): T => {
    const metric = made.get(name);
    if (!(metric instanceof type)) throw new TypeError(`${name} is not a declared ${type.name}`);
    return metric;
  };
  return {
    registry,
    count: (name, by = 1, labels: Labels = {}) => find(name, Counter).inc({ ...labels }, by),
    gauge: (name, value, labels: Labels = {}) => find(name, Gauge).set({ ...labels }, value),
    observe: (name, value, labels: Labels = {}) =>
      find(name, Histogram).observe({ ...labels }, value),
  };
}
