/** The comparison: Parley and the bare loops, side by side in one run. */
import {
  Person,
  startProduct,
  temporaryDataDir,
  type Product,
  type TemporaryDataDir,
} from '@parley/testkit';
import { cpuSeconds, productCpu } from './cpu.js';
import type { BenchOptions } from './options.js';
import { Generator, startBareServer, type BareServer } from './processes.js';
import { PROFILED, sharesDuring } from './profile.js';
import { deliveriesReport, latencyReport, ratio } from './report.js';
import { interleave, measure, type Scenario } from './scenario.js';
import { percent, table } from './table.js';
import type { Target } from './target.js';

/** Of the sockets in the room so many speak and are read; of the others bytes are counted. */
const READERS = 4;
/** Messages per second when latency is measured: far from any limit. */
const CALM_RATE = 50;

type Log = (line: string) => void;

export async function runBench(options: BenchOptions, log: Log): Promise<string> {
  const dir = temporaryDataDir();
  const ends: (() => void)[] = [];
  let product: Product | undefined;
  try {
    product = await startProduct({ dataDir: dir.path });
    log('registering people and opening sockets');
    const compared = await compare(product, options, ends, log);
    if (!options.profile) return compared;
    return `${compared}\n\n${await profile(options, log)}`;
  } finally {
    for (const end of ends) end();
    await product?.stop();
    await dir.remove();
  }
}

async function compare(
  product: Product,
  options: BenchOptions,
  ends: (() => void)[],
  log: Log,
): Promise<string> {
  const { sockets, repeats, seconds, characters, rate, window } = options;
  const start = async (target: Target, count: number, readers: number): Promise<Generator> => {
    const generator = await Generator.start(target, count, readers);
    ends.push(() => generator.stop());
    return generator;
  };
  const bare = async (mode: 'each' | 'batch'): Promise<BareServer> => {
    const server = await startBareServer(mode);
    ends.push(() => server.stop());
    return server;
  };

  const [room, latencyRoom] = [await roomOf(product, options), await roomOf(product, options)];
  const toProduct = await start(room, sockets, READERS);
  const template = await toProduct.sample(characters);
  const [each, batch, calmEach] = [await bare('each'), await bare('batch'), await bare('each')];
  const bareTarget = ({ url }: BareServer): Target => ({ kind: 'bare', url, template });
  const toEach = await start(bareTarget(each), sockets, READERS);
  const toBatch = await start(bareTarget(batch), sockets, READERS);
  const many = options.latencySockets;
  const [toLatency, toEachLatency] = [
    await start(latencyRoom, many, many),
    await start(bareTarget(calmEach), many, many),
  ];

  const ofProduct = () => productCpu(product);
  const ofBare = (server: BareServer) => () => ({ own: cpuSeconds(server.pid), database: 0 });
  const paced = { pace: { perSecond: rate }, seconds, characters };
  const full = { pace: { window }, seconds, characters };
  const calm = { pace: { perSecond: CALM_RATE }, seconds, characters };
  const scenario = (
    name: string,
    generator: Generator,
    cpu: Scenario['cpu'],
    run: Scenario['run'],
  ): Scenario => ({ name, generator, cpu, run });
  const one = {
    parley: scenario('Parley, one message at a time', toProduct, ofProduct, paced),
    each: scenario('bare loop, one message at a time', toEach, ofBare(each), paced),
  };
  const all = {
    parley: scenario('Parley, saturated', toProduct, ofProduct, full),
    each: scenario('bare loop, saturated', toEach, ofBare(each), full),
    batch: scenario('bare loop with batches, saturated', toBatch, ofBare(batch), full),
  };
  const latency = [
    scenario(`Parley, ${many} members, ${CALM_RATE}/s`, toLatency, ofProduct, calm),
    scenario(`bare loop, ${many} sockets, ${CALM_RATE}/s`, toEachLatency, ofBare(calmEach), calm),
  ];

  const deliveries = await interleave(
    [one.parley, one.each, all.parley, all.each, all.batch],
    repeats,
    log,
  );
  const latencies = await interleave(latency, repeats, log);
  return [
    `${sockets} sockets of ${options.users} people in one room; ${repeats} repetitions of ${seconds} s, interleaved.`,
    "Server = Parley's one process: edge, gateway, projection and AI worker together. The log is in its database.",
    'One message at a time: when the machine is slow several gather in a frame all the same (see: per frame).',
    '(!) = some sockets got less than others: that line is no measurement.',
    '',
    deliveriesReport(deliveries),
    '',
    ratio(deliveries, one.parley, one.each),
    ratio(deliveries, all.parley, all.each),
    ratio(deliveries, all.parley, all.batch),
    '',
    'From a send to its arrival at every member, the log included:',
    latencyReport(latencies),
  ].join('\n');
}

/** A room with people in it, whose tokens the sockets share. */
async function roomOf(
  product: Product,
  options: BenchOptions,
): Promise<Target & { kind: 'product' }> {
  const people: Person[] = [];
  const names = Array.from(
    { length: options.users },
    (_, i) => `p${i}-${product.processes().length}`,
  );
  for (const name of names) people.push(await Person.register(product, `${name}-${Date.now()}`));
  const [owner, ...others] = people;
  if (owner === undefined) throw new Error('nobody is there');
  const room = await owner.createGroup('Bench', others);
  const tokens = await Promise.all(people.map((person) => person.token()));
  return { kind: 'product', url: product.wsUrl, tokens, roomId: room.id };
}

/** One more saturated run under V8's sampling profiler; not part of the measurements. */
async function profile(options: BenchOptions, log: Log): Promise<string> {
  const dir: TemporaryDataDir = temporaryDataDir();
  let generator: Generator | undefined;
  try {
    log('once more, with the profiler');
    const product = await startProduct({ dataDir: dir.path, nodeArgs: PROFILED });
    generator = await Generator.start(await roomOf(product, options), options.sockets, READERS);
    const { window, seconds, characters } = options;
    const run = { pace: { window }, seconds, characters };
    const scenario = { name: 'profiled', generator, cpu: () => productCpu(product), run };
    const shares = await sharesDuring(product, () => measure(scenario));
    await product.stop();
    return [
      'Where the CPU of that one process goes at saturation (sampled in a run of its own):',
      table(
        ['part', 'share'],
        shares.filter(([, share]) => share >= 0.005).map(([part, share]) => [part, percent(share)]),
      ),
    ].join('\n');
  } finally {
    generator?.stop();
    await dir.remove();
  }
}
