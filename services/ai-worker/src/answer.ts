import type { ReplyError, Seq, Usage, Uuid } from '@parley/contracts';
import { backoffMs, type ReplyState, type RoomState } from '@parley/domain';
import { ModelError, sleep, type Metrics, type Random } from '@parley/ports';
import { AnswerText } from './answer-text.js';
import type { ChunkEar } from './chunk-ear.js';
import type { ChunkWriter } from './chunk-writer.js';
import type { Settings } from './config.js';
import type { EventWriter } from './event-writer.js';
import { prepare, type PreparationPorts, type Prepared } from './preparation.js';
import { askProvider, type Ending } from './provider-call.js';
import { settledEvent, startedEvent } from './reply-events.js';
import type { ReplyWork } from './reply-work.js';
import type { Slots } from './slots.js';

/** Everything that answering needs. */
export interface Tools extends PreparationPorts {
  readonly settings: Settings;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly writer: EventWriter;
  readonly chunks: ChunkWriter;
  readonly ear: ChunkEar;
  readonly slots: Slots;
}

/** One reply of a room of a partition that is owned. */
export interface Case {
  readonly tools: Tools;
  readonly room: RoomState;
  readonly replyId: Uuid;
  readonly work: ReplyWork;
  /** Aborted: write nothing more, whatever is in hand. */
  readonly signal: AbortSignal;
  /** Aborted: the partition is another's. */
  readonly owned: AbortSignal;
}

const BETWEEN_ATTEMPTS = { first: 500, longest: 4_000 };

/**
 * Answers a question: waits for a place, reads the context, claims, writes, settles. Each of these may be interrupted, and
 * then what is owed is judged anew. True unless something went wrong that should not be repeated at once.
 */
export async function answer(task: Case, attempt: number): Promise<boolean> {
  const { tools, signal } = task;
  const release = await tools.slots.take(signal);
  if (release === undefined) return true;
  try {
    const reply = replyOf(task);
    if (reply === undefined) return true;
    const model = modelFor(reply, tools.settings);
    const question = { room: task.room, reply, model };
    const preparation = await prepare(tools, tools.settings, question, signal);
    if (preparation.kind === 'aborted') return true;
    if (preparation.kind === 'refused') return await refuse(task, attempt, preparation.error);
    return await attempts(task, attempt, model, preparation.prepared);
  } finally {
    release();
  }
}

async function attempts(
  task: Case,
  first: number,
  model: string,
  prepared: Prepared,
): Promise<boolean> {
  const { tools, signal } = task;
  const { settings, clock, random, logger } = tools;
  for (let attempt = first; ; attempt++) {
    const { context_upto } = prepared.prompt;
    const claim = await claimReply(task, attempt, model, context_upto, prepared.reserved);
    if (claim === undefined) return signal.aborted || isOver(task);
    if (!holds(task, claim)) return true;
    const ending = await write(task, claim, model, prepared);
    if (ending.kind === 'aborted') return true;
    if (ending.kind === 'completed') return settleWritten(task, claim, { usage: ending.usage });
    logger.warn({ reply_id: task.replyId, attempt, err: ending.error }, 'an attempt failed');
    if (attempt >= settings.maxAttempts) {
      const what = ending.error instanceof ModelError ? ending.error.message : 'the model failed';
      return settleWritten(task, claim, {
        error: { code: 'AI_ERROR', message: `There is no answer: ${what}.` },
      });
    }
    task.work.inHand = { state: 'preparing' };
    await sleep(clock, backoffMs(attempt, random.fraction(), BETWEEN_ATTEMPTS), signal);
    if (signal.aborted) return true;
  }
}

/** The seq of our `reply.started`, read back as applied. Only then may the provider be called. */
async function claimReply(
  task: Case,
  attempt: number,
  model: string,
  context_upto: Seq,
  reserved: number,
): Promise<Seq | undefined> {
  const { tools, room, work, signal } = task;
  const reply = replyOf(task);
  if (reply === undefined || reply.closed !== null) return undefined;
  work.inHand = { state: 'preparing' };
  const event = startedEvent(penOf(tools), room.id, reply, {
    attempt,
    model,
    context_upto,
    reserved,
  });
  const judged = await tools.writer.submit(event, signal);
  return judged?.outcome.reason === null ? judged.stamp.seq : undefined;
}

/** Closed or settled: no claim counts any more, and that was no fault. */
function isOver(task: Case): boolean {
  const reply = replyOf(task);
  return reply === undefined || reply.closed !== null;
}

/** Whether the claim still stands: records read in the same batch may have closed or superseded it. */
function holds(task: Case, claim: Seq): boolean {
  const reply = replyOf(task);
  return reply !== undefined && reply.claim === claim && reply.closed === null;
}

async function write(task: Case, claim: Seq, model: string, { prompt }: Prepared): Promise<Ending> {
  const { tools, room, replyId, work } = task;
  const { settings, clock, random, metrics } = tools;
  const text = new AnswerText();
  const asked = replyOf(task)?.asked_at;
  work.written = { claim, answer: text, promptTokens: prompt.tokens };
  work.inHand = { state: 'writing', claim };
  const chunks = tools.chunks.open({ room_id: room.id, reply_id: replyId, claim });
  const show = (added: string): void => {
    if (added === '') return;
    if (text.text === added && asked !== undefined) {
      const seconds = Math.max(0, clock.now() - asked) / 1000;
      metrics.observe('parley_stage_seconds', seconds, { stage: 'first_token' });
    }
    chunks.add(added);
  };
  try {
    const ending = await askProvider({
      model: tools.model,
      request: { model, messages: prompt.messages, maxTokens: settings.maxAnswerTokens },
      signal: task.signal,
      clock,
      random,
      stallMs: settings.stallMs,
      onText: (piece) => {
        show(text.push(piece));
        work.unpause();
        return !text.full;
      },
    });
    if (task.owned.aborted) return { kind: 'aborted' };
    show(text.end());
    await chunks.flush();
    return ending;
  } finally {
    chunks.end();
  }
}

/** Settles what was written under our claim: whole, or as far as the last attempt came. */
async function settleWritten(
  task: Case,
  claim: Seq,
  end: { readonly usage: Usage } | { readonly error: ReplyError },
): Promise<boolean> {
  const { work } = task;
  if (!holds(task, claim)) return true;
  const content = work.written?.claim === claim ? work.written.answer.text : '';
  if ('usage' in end) {
    return settle(task, { status: 'completed', content, usage: end.usage });
  }
  return settle(task, { status: 'failed', content, usage: usageSoFar(task, claim), ...end });
}

/** Claims a question only to say, where everybody sees it, that it will not be answered. */
export async function refuse(task: Case, attempt: number, error: ReplyError): Promise<boolean> {
  const model = modelFor(replyOf(task), task.tools.settings);
  const claim = await claimReply(task, attempt, model, 0, 0);
  if (claim === undefined) return task.signal.aborted || isOver(task);
  if (!holds(task, claim)) return true;
  return settle(task, { status: 'failed', content: '', usage: null, error });
}

/** Settles a reply that was closed: with our text if the claim is ours, else with what was heard of its owner's. */
export async function settleStopped(task: Case): Promise<boolean> {
  const { tools, room, replyId, work } = task;
  const claim = replyOf(task)?.claim ?? null;
  const { written } = work;
  const content =
    written !== undefined && written.claim === claim
      ? written.answer.text
      : tools.ear.heard(room.id, replyId, claim).text;
  return settle(task, { status: 'stopped', content, usage: usageSoFar(task, claim) });
}

async function settle(task: Case, end: Parameters<typeof settledEvent>[3]): Promise<boolean> {
  const { tools, room, work, signal } = task;
  const reply = replyOf(task);
  if (reply === undefined) return true;
  work.inHand = { state: 'settling' };
  const event = settledEvent(penOf(tools), room.id, reply, end);
  const judged = await tools.writer.submit(event, signal);
  if (judged?.outcome.reason !== null) return signal.aborted;
  tools.metrics.count('parley_replies_total', 1, { status: end.status });
  if (end.usage !== null) {
    const { prompt_tokens, completion_tokens } = end.usage;
    tools.metrics.count('parley_tokens_total', prompt_tokens, { kind: 'prompt' });
    tools.metrics.count('parley_tokens_total', completion_tokens, { kind: 'completion' });
  }
  return true;
}

/** Of an answer without an end no provider tells the cost, but it was spent: budgets count it. */
function usageSoFar({ tools, work }: Case, claim: Seq | null): Usage | null {
  const { written } = work;
  if (written === undefined || written.claim !== claim) return null;
  const { promptTokens, answer: text } = written;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: tools.model.countTokens(text.text),
  };
}

/** The reply, while it is open. */
function replyOf({ room, replyId }: Case): ReplyState | undefined {
  const reply = room.replies.get(replyId);
  return reply?.status === 'settled' ? undefined : reply;
}

function modelFor(reply: ReplyState | undefined, { models }: Settings): string {
  const wanted = reply?.model ?? models.default;
  return models.all === undefined || models.all.includes(wanted) ? wanted : models.default;
}

function penOf({ log, clock, random }: Tools) {
  return { identity: log.identity, clock, random };
}
