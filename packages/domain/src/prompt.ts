/** What a model is given to read. */
import type { Seq } from '@parley/contracts';
import type { MessageRow } from './rows.js';

export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly name?: string;
  readonly content: string;
}

export interface Prompt {
  readonly messages: PromptMessage[];
  /** The seq of the newest message in it. */
  readonly context_upto: Seq;
  /** What the messages count together, {@link MESSAGE_TOKENS} each included. */
  readonly tokens: number;
}

/** What a provider adds around each message (OpenAI's chat format: 3 and the role), in tokens. */
export const MESSAGE_TOKENS = 4;

type Count = (text: string) => number;

/** A start index that does not cut a surrogate pair in two. */
function whole(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit < 0xe000 ? index + 1 : index;
}

/** As much of a text as fits, from its end or from its beginning. Counting is nearly monotonous: halving finds it. */
function cut(text: string, keep: 'end' | 'beginning', fits: (part: string) => boolean): string {
  const part = (length: number): string =>
    keep === 'end'
      ? text.slice(whole(text, text.length - length))
      : text.slice(0, whole(text, length) === length ? length : length - 1);
  if (fits(text)) return text;
  let [low, high] = [0, text.length];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (fits(part(middle))) low = middle;
    else high = middle;
  }
  return part(low);
}

/** Names go into the text, one line, bounded: providers restrict the letters of a `name` field, and not all know it. */
function speaker(name: string): string {
  return name
    .replace(/[\s\p{Cc}:]+/gu, ' ')
    .trim()
    .slice(0, 64);
}

/**
 * The room's system prompt and the newest messages that fit the budget (tokens). `history` is ascending and ends in the
 * question, which is always included, cut at its start if it is too long alone. Deleted, empty and failed messages are
 * left out. Where several people speak, a person's message begins with `name: `. The system prompt gets at most half of
 * the budget.
 */
export function selectPrompt(options: {
  readonly systemPrompt: string | null;
  readonly history: readonly MessageRow[];
  readonly budget: number;
  countTokens(text: string): number;
}): Prompt {
  const count: Count = (text) => options.countTokens(text) + MESSAGE_TOKENS;
  const history = options.history.filter(isReadable);
  const people = new Set(history.flatMap((row) => (row.sender === 'user' ? [row.sender_id] : [])));
  const written = (row: MessageRow): PromptMessage => ({
    role: row.sender === 'ai' ? 'assistant' : 'user',
    content:
      row.sender === 'user' && people.size > 1
        ? `${speaker(row.sender_name)}: ${row.content}`
        : row.content,
  });

  const system: PromptMessage[] = [];
  let left = options.budget;
  if (options.systemPrompt !== null && options.systemPrompt.trim() !== '') {
    const content = cut(options.systemPrompt, 'beginning', (part) => count(part) <= left / 2);
    if (content !== '') system.push({ role: 'system', content });
    left -= content === '' ? 0 : count(content);
  }

  const chosen: PromptMessage[] = [];
  for (const row of history.toReversed()) {
    const message = written(row);
    const cost = count(message.content);
    if (cost <= left) {
      chosen.push(message);
      left -= cost;
      continue;
    }
    if (chosen.length === 0) {
      const available = left;
      const content = cut(message.content, 'end', (part) => count(part) <= available);
      chosen.push({ ...message, content });
      left -= count(content);
    }
    break;
  }
  return {
    messages: [...system, ...chosen.reverse()],
    context_upto: history.at(-1)?.seq ?? 0,
    tokens: options.budget - left,
  };
}

function isReadable(row: MessageRow): boolean {
  return row.deleted_at === null && row.content !== '' && row.reply?.status !== 'failed';
}
