/** Load, kills, rest, judgement: one run from an empty data folder to a report. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message, Uuid } from '@parley/contracts';
import { checkHistory } from '../checker/check.js';
import { historyOf, type HistoryLine } from '../checker/history.js';
import type { Violation } from '../checker/violations.js';
import { Person } from '../people.js';
import { startProduct, type Product } from '../product.js';
import { SeededRandom } from '../random.js';
import { NeverCame, until } from '../until.js';
import { Chatter, type Tally } from './crowd.js';
import { readFinalState, type FinalState } from './final-state.js';
import { Killer, type KillRecord } from './killer.js';
import type { TortureOptions } from './options.js';
import { HistoryRecorder, readHistory } from './recorder.js';
import { Traffic } from './traffic.js';

/** What a run came to. Without violations everything that was promised held. */
export interface TortureReport {
  readonly seed: number;
  readonly kills: readonly KillRecord[];
  readonly tally: Readonly<Tally>;
  readonly questions: number;
  readonly others: { readonly asked: number; readonly succeeded: number };
  /** Sends that were not even tried because too many were waiting. */
  readonly skipped: number;
  /** Acknowledged messages that their sender read back by REST. */
  readonly readBack: number;
  /** Answers by how they ended, from the final rows. */
  readonly answers: Readonly<Record<string, number>>;
  /** Answers whose chunks a client could compare with their final text. */
  readonly answersCompared: number;
  readonly records: number;
  readonly messages: number;
  readonly violations: readonly Violation[];
  /** The history as it was judged, for whoever wants to judge it again. */
  readonly historyPath: string;
}

/** Between two kills on average, without a duration. */
const PAUSE_MS = 4_000;
const QUIET_WITHIN_MS = 60_000;
const CALM_AFTER_KILLS_MS = 2_000;

/** Runs in `folder`, which holds the data, the history and the output afterwards. */
export async function runTorture(options: TortureOptions, folder: string): Promise<TortureReport> {
  const log = options.log ?? (() => undefined);
  const random = new SeededRandom(options.seed);
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o755 });
  const recorder = new HistoryRecorder(join(folder, 'clients.jsonl'));
  let killer: Killer | undefined;
  let product: Product = await startProduct({ dataDir });
  const chatters: Chatter[] = [];
  try {
    const tally: Tally = {
      sent: 0,
      acknowledged: 0,
      failed: 0,
      unknown: 0,
      received: 0,
      connections: 0,
    };
    const keeper = await Person.register(product, 'keeper');
    chatters.push(...(await gather(product, options.clients, recorder, tally)));
    const people = chatters.map(({ person }) => person);
    const rooms: Uuid[] = [];
    for (let i = 1; i <= options.rooms; i++)
      rooms.push((await keeper.createGroup(`Room ${i}`, people)).id);
    for (const chatter of chatters) chatter.client.connect();
    await until('all clients', 20_000, () => chatters.every(({ connected }) => connected));

    const traffic = new Traffic(chatters, keeper, rooms, random, recorder, options);
    killer = new Killer(product, random, chatters, log);
    log(`${options.clients} clients in ${options.rooms} rooms, ${options.rate} messages/s`);
    traffic.start();
    const pause = options.durationMs === undefined ? PAUSE_MS : options.durationMs / options.kills;
    try {
      await killer.run(options.kills, pause);
      await calm(CALM_AFTER_KILLS_MS);
    } finally {
      product = killer.product;
    }
    const unanswered = await traffic.stop(QUIET_WITHIN_MS);
    const violations: Violation[] = [];
    if (unanswered > 0) violations.push(fault('I1', `${unanswered} sends never got an answer`));
    await quiet(chatters).catch((error: unknown) => {
      if (!(error instanceof NeverCame)) throw error;
      violations.push(fault('I7', error.message));
    });
    const histories = new Map<Uuid, Message[]>();
    for (const room of rooms) histories.set(room, await keeper.history(room));
    for (const chatter of chatters) {
      chatter.finish();
      violations.push(...chatter.answers.faults.map((text) => fault('I7', text)));
    }
    recorder.close();
    for (const chatter of chatters) chatter.client.close();
    violations.push(...(await endInOrder(product)));
    writeFileSync(join(folder, 'output.log'), product.output());

    log('reading the log and the rows');
    const final = await readFinalState(dataDir, options.seed);
    const historyPath = await writeWhole(folder, recorder.path, final);
    violations.push(...judge(await readHistory(historyPath)));
    violations.push(...compareRest(histories, final));
    return {
      seed: options.seed,
      kills: killer.kills,
      tally,
      questions: traffic.questions,
      others: traffic.others,
      skipped: traffic.skipped,
      readBack: traffic.readBack,
      answers: countAnswers(final),
      answersCompared: chatters.reduce((sum, { answers }) => sum + answers.compared, 0),
      records: final.records.length,
      messages: final.rows.filter(({ table }) => table === 'messages').length,
      violations,
      historyPath,
    };
  } finally {
    recorder.close();
    for (const chatter of chatters) chatter.client.close();
    await (killer?.product ?? product).kill({ database: true });
  }
}

/** Judges a history that was recorded by a run. */
export function judge(lines: Iterable<HistoryLine>): Violation[] {
  return checkHistory(historyOf(lines));
}

async function gather(
  product: Product,
  count: number,
  recorder: HistoryRecorder,
  tally: Tally,
): Promise<Chatter[]> {
  const chatters: Chatter[] = [];
  for (let i = 1; i <= count; i++) {
    const person = await Person.register(product, `chatter-${i}`);
    chatters.push(new Chatter(`c${i}`, person, recorder, tally));
  }
  return chatters;
}

const calm = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Nothing is pending, nothing is being written, and whoever shares a room is equally far in it. */
async function quiet(chatters: readonly Chatter[]): Promise<void> {
  let steady = '';
  let since = 0;
  await until('rest', QUIET_WITHIN_MS, () => {
    const views = chatters.flatMap((chatter) => chatter.rooms());
    const open = views.some(({ replies, syncing }) => replies.size > 0 || syncing);
    const pending = chatters.some(({ client }) => client.pendingCount > 0);
    const live = chatters.every(({ connected }) => connected);
    if (open || pending || !live) return false;
    const ends = new Map<Uuid, Set<number | null>>();
    for (const { id, seq } of views) ends.set(id, (ends.get(id) ?? new Set()).add(seq));
    if ([...ends.values()].some((seqs) => seqs.size > 1)) return false;
    const now = JSON.stringify(views.map(({ id, seq }) => [id, seq]));
    if (now !== steady) since = Date.now();
    steady = now;
    return Date.now() - since > 1_000;
  });
}

async function endInOrder(product: Product): Promise<Violation[]> {
  const exit = await product.stop();
  const left = product.processes();
  const violations: Violation[] = [];
  if (exit.code !== 0)
    violations.push(fault('I1', `SIGTERM ended it with ${JSON.stringify(exit)}`));
  if (left.length > 0) violations.push(fault('I1', `left running: ${JSON.stringify(left)}`));
  return violations;
}

const fault = (invariant: Violation['invariant'], message: string): Violation => ({
  invariant,
  message,
  where: {},
});

async function writeWhole(folder: string, clients: string, final: FinalState): Promise<string> {
  const path = join(folder, 'history.jsonl');
  const whole = new HistoryRecorder(path);
  for (const line of [final.run, ...final.records, ...final.rows]) whole.write(line);
  for (const line of await readHistory(clients)) whole.write(line);
  whole.close();
  return path;
}

/** What REST answered as history is what the rows say. */
function compareRest(histories: ReadonlyMap<Uuid, Message[]>, final: FinalState): Violation[] {
  const rows = new Map<Uuid, string[]>();
  for (const line of final.rows) {
    if (line.table !== 'messages') continue;
    const { room_id = '', seq = 0, order = 0, id, content = '' } = line.row;
    const texts = rows.get(room_id) ?? [];
    texts.push(JSON.stringify([seq, order, id, content]));
    rows.set(room_id, texts);
  }
  const violations: Violation[] = [];
  for (const [room, messages] of histories) {
    const read = messages.map(({ seq, order, id, content }) =>
      JSON.stringify([seq, order, id, content]),
    );
    const stored = (rows.get(room) ?? []).sort(bySeq);
    if (read.join('\n') === stored.join('\n')) continue;
    const at = read.findIndex((text, index) => text !== stored[index]);
    violations.push({
      invariant: 'I8',
      message: `REST's history (${read.length}) is not what the rows say (${stored.length})`,
      where: { room, first: read[at] ?? 'the end', stored: stored[at] ?? 'the end' },
    });
  }
  return violations;
}

const bySeq = (a: string, b: string): number =>
  (JSON.parse(a) as [number])[0] - (JSON.parse(b) as [number])[0];

/** By status; those that failed also by the code of their error. */
function countAnswers(final: FinalState): Record<string, number> {
  const counts: Record<string, number> = {};
  const failures = new Map<Uuid, string>();
  for (const line of final.rows) {
    if (line.table !== 'messages' || !line.row.reply?.error) continue;
    failures.set(line.row.reply.reply_id, line.row.reply.error.code);
  }
  for (const line of final.rows) {
    if (line.table !== 'replies') continue;
    const { status = 'unknown', reply_id } = line.row;
    const failure = failures.get(reply_id);
    const name = failure === undefined ? status : `${status} (${failure})`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
