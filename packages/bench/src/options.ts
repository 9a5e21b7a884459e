import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly repeats: number;
  readonly sockets: number;
  readonly users: number;
  readonly seconds: number;
  /** Messages per second of the paced scenarios. */
  readonly rate: number;
  /** Messages under way at saturation. */
  readonly window: number;
  /** Of a message's content. */
  readonly characters: number;
  readonly latencySockets: number;
  readonly profile: boolean;
  readonly help: boolean;
}

export const USAGE = `Usage: npm run bench -- [options]

Starts Parley in one process on a data folder of its own and measures, in turn with bare loops over the same
WebSocket library that send the same bytes (interleaved, with the spread of the repetitions):
  deliveries per CPU second to one room, one message at a time and at saturation,
  and the time from a send to its arrival at every member.
The load comes from processes of its own, whose share of a core is shown: above 70 % they, not the server,
may have been the limit. Absolute numbers are this machine's; compare the ratios.

  --repeats N     [5]      --sockets N  sockets in the room           [1000]
  --seconds N     [5]      --users N    accounts behind them, ≤ 100   [20]
  --rate N        messages per second when paced                      [50]
  --window N      messages under way at saturation                    [256]
  --characters N  of a message                                        [100]
  --latency-sockets N  members whose latency is measured              [100]
  --profile       then samples once where the server's CPU goes
  --help
`;

const DEFAULTS = {
  repeats: 5,
  sockets: 1000,
  users: 20,
  seconds: 5,
  rate: 50,
  window: 256,
  characters: 100,
  'latency-sockets': 100,
} as const;

/** Throws RangeError for what is no positive whole number. */
export function readOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      repeats: text,
      sockets: text,
      users: text,
      seconds: text,
      rate: text,
      window: text,
      characters: text,
      'latency-sockets': text,
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const number = (name: keyof typeof DEFAULTS): number => {
    const value = Number(values[name] ?? DEFAULTS[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new RangeError(`--${name} must be a positive whole number`);
  };
  return {
    repeats: number('repeats'),
    sockets: number('sockets'),
    users: Math.min(100, number('users')),
    seconds: number('seconds'),
    rate: number('rate'),
    window: number('window'),
    characters: number('characters'),
    latencySockets: number('latency-sockets'),
    profile: values.profile,
    help: values.help,
  };
}
