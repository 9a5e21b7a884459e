import { epochOf, offsetOf, partitionOf, type ErrorCode, type ReplyError } from '@parley/contracts';
import { selectPrompt, type Prompt, type ReplyState, type RoomState } from '@parley/domain';
import {
  sleep,
  within,
  type Clock,
  type EventLog,
  type LanguageModel,
  type Logger,
  type MessageStore,
  type ProjectionWatch,
} from '@parley/ports';
import { aborted } from './aborted.js';
import type { Settings } from './config.js';

/** The longest that a question waits for the projection, and so for the database: then it fails visibly. */
const DEADLINE_MS = 45_000;
const BETWEEN_TRIES_MS = 250;
/** Messages considered for a prompt; the budget of tokens mostly ends it earlier. */
const CONTEXT_MESSAGES = 200;
/** A prompt has room for at least this, whatever the settings say. */
const LEAST_PROMPT_TOKENS = 256;
const DAY_MS = 86_400_000;
/** Nobody: for questions that no user asked. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What a claim says, and what the provider is asked. */
export interface Prepared {
  readonly prompt: Prompt;
  /** Tokens set aside for this answer. */
  readonly reserved: number;
}

export type Preparation =
  | { readonly kind: 'ready'; readonly prepared: Prepared }
  | { readonly kind: 'refused'; readonly error: ReplyError }
  | { readonly kind: 'aborted' };

export interface PreparationPorts {
  readonly log: EventLog;
  readonly messages: MessageStore;
  readonly projection: ProjectionWatch;
  readonly model: LanguageModel;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The question as its room knows it, and the model that is to answer. */
export interface Question {
  readonly room: RoomState;
  readonly reply: ReplyState;
  readonly model: string;
}

/**
 * Reads what a claim must know before it is written: the prompt, of this room only and up to the question, and whether the
 * day's budgets allow it. The database may be away for a while; after 45 s the question is refused with UNAVAILABLE.
 */
export async function prepare(
  ports: PreparationPorts,
  settings: Settings,
  question: Question,
  signal: AbortSignal,
): Promise<Preparation> {
  const { clock, logger } = ports;
  const until = clock.now() + DEADLINE_MS;
  const over = new AbortController();
  const left = aborted(signal, over.signal);
  try {
    for (;;) {
      const ms = until - clock.now();
      if (ms <= 0) return refused('UNAVAILABLE', 'The history of this room cannot be read now.');
      const tried = tryOnce(ports, settings, question, ms).catch((error: unknown) => {
        logger.debug({ reply_id: question.reply.reply_id, err: error }, 'context not read yet');
        return undefined;
      });
      const preparation = await Promise.race([tried, left]);
      if (signal.aborted) return { kind: 'aborted' };
      if (preparation !== undefined) return preparation;
      await sleep(clock, BETWEEN_TRIES_MS, signal);
    }
  } finally {
    over.abort();
  }
}

/** `undefined`: the projection did not come as far as the question. */
async function tryOnce(
  ports: PreparationPorts,
  settings: Settings,
  question: Question,
  ms: number,
): Promise<Preparation | undefined> {
  const { log, projection, clock } = ports;
  const { room, reply } = question;
  // A question of an earlier log was projected before this log began.
  if (epochOf(reply.asked_seq) === log.identity.epoch) {
    const partition = partitionOf(room.id, log.identity.partitions);
    if (!(await projection.reached(partition, offsetOf(reply.asked_seq), ms))) return undefined;
  }
  return within(clock, ms, 'reading the context', read(ports, settings, question));
}

async function read(
  ports: PreparationPorts,
  settings: Settings,
  { room, reply, model }: Question,
): Promise<Preparation> {
  const { messages, clock } = ports;
  const question = (await messages.find(reply.question_id))?.message;
  if (question === undefined || question.deleted_at !== null) {
    return refused('AI_ERROR', 'The question is no longer there.');
  }
  const history = await messages.context(room.id, question.seq, CONTEXT_MESSAGES);
  const readable = ports.model.contextTokens(model) - settings.maxAnswerTokens;
  const prompt = selectPrompt({
    systemPrompt: room.settings?.assistant?.system_prompt ?? null,
    history,
    budget: Math.max(LEAST_PROMPT_TOKENS, Math.min(settings.models.contextBudget, readable)),
    countTokens: (text) => ports.model.countTokens(text),
  });
  const reserved = prompt.tokens + settings.maxAnswerTokens;

  const now = clock.now();
  const spent = await messages.spentTokens({
    room_id: room.id,
    user_id: question.sender_id ?? NOBODY,
    since: now - (now % DAY_MS),
  });
  // What an earlier claim of this very answer set aside is not spent.
  const needed = reserved - reply.reserved;
  if (exceeds(spent.user + needed, settings.userTokensPerDay)) {
    return refused('AI_BUDGET_EXCEEDED', 'Your tokens for today are used up.');
  }
  if (exceeds(spent.room + needed, settings.roomTokensPerDay)) {
    return refused('AI_BUDGET_EXCEEDED', 'The tokens of this room for today are used up.');
  }
  return { kind: 'ready', prepared: { prompt, reserved } };
}

/** 0 = no limit. */
function exceeds(tokens: number, limit: number): boolean {
  return limit > 0 && tokens > limit;
}

function refused(code: ErrorCode, message: string): Preparation {
  return { kind: 'refused', error: { code, message } };
}
