/** Who is spoken to in a message: people by `@username`, the assistant by `@ai`, a model by `@its-name`. */
import {
  MAX_ASKS,
  MAX_MENTIONS,
  replyId,
  type Ask,
  type Assistant,
  type RoomKind,
  type Uuid,
} from '@parley/contracts';

/**
 * An `@` that does not stand inside a word, an address or a path. Only ASCII counts as "inside": languages written
 * without spaces put an `@` right behind a letter.
 */
const AT = '(?<![A-Za-z0-9_%+/@-])@';
/** Usernames may hold anything but spaces, controls and `@`; in running text we take letters, digits and these. */
const PERSON = new RegExp(`${AT}([\\p{L}\\p{N}\\p{M}_](?:[\\p{L}\\p{N}\\p{M}_.-]{0,63}))`, 'gu');
const MODEL = new RegExp(`${AT}([A-Za-z0-9][A-Za-z0-9._:/-]{0,63})`, 'g');
/** What a sentence puts behind a name. */
const TRAILING = /[.:/-]+$/;

/** The names behind `@` in a text: lower case, each once, in order, at most {@link MAX_MENTIONS}. */
export function mentionedNames(text: string): string[] {
  const names = new Set<string>();
  for (const match of text.matchAll(PERSON)) {
    const name = (match[1] ?? '').replace(TRAILING, '').toLowerCase();
    if (name !== '') names.add(name);
    if (names.size >= MAX_MENTIONS) break;
  }
  return [...names];
}

export interface Models {
  readonly all: readonly string[];
  readonly default: string;
}

export interface Question {
  readonly message_id: Uuid;
  readonly content: string;
  readonly kind: RoomKind;
  readonly assistant: Assistant | null;
  /** The model that the sender chose beside the text. */
  readonly model?: string;
}

/** The models named in a text, each once, in order; `undefined` stands for `@ai`. */
function namedModels(text: string, all: readonly string[]): (string | undefined)[] {
  const byName = new Map(all.map((model) => [model.toLowerCase(), model]));
  const named = new Set<string | undefined>();
  for (const match of text.matchAll(MODEL)) {
    const written = (match[1] ?? '').toLowerCase();
    // The whole of what is written, less the sentence's punctuation: `@gpt-4o-x` names no `gpt-4o`.
    const name = byName.has(written) ? written : written.replace(TRAILING, '');
    const model = byName.get(name);
    if (model !== undefined) named.add(model);
    else if (name === 'ai') named.add(undefined);
    if (named.size >= MAX_ASKS) break;
  }
  return [...named];
}

/**
 * The answers that a message asks for. Models named in the text are asked in every mode; where none is named, mode
 * `always` (and a conversation) asks the model that the sender chose, else the room's, else the default; so does `@ai`
 * in mode `mention`. Unknown models are passed over. Nobody is asked where the assistant is off.
 */
export function asksOf(question: Question, models: Models): Ask[] {
  const { assistant } = question;
  if (assistant === null || assistant.mode === 'off') return [];
  const known = (model: string | null | undefined) =>
    typeof model === 'string' && models.all.includes(model) ? model : undefined;
  const usual = known(question.model) ?? known(assistant.model) ?? models.default;
  const named = namedModels(question.content, models.all);
  const always = assistant.mode === 'always' || question.kind === 'conversation';
  if (named.length === 0 && always) named.push(undefined);
  const asked = new Set(named.map((model) => model ?? usual));
  return [...asked].map((model) => ({ model, reply_id: replyId(question.message_id, model, 0) }));
}
