import { countTokens as encode } from 'gpt-tokenizer/encoding/o200k_base';

/** The encoder's time grows with the square of a run without spaces: 12,000 Chinese characters took 700 ms at once. */
const SLICE = 500;
/** Text may spell a control token; it is text all the same. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** How many tokens a text is for current models: exact up to 500 UTF-16 units, above it at most one more per 500. */
export function countTokens(text: string): number {
  let count = 0;
  for (let from = 0; from < text.length; from += SLICE) {
    count += encode(text.slice(from, from + SLICE), AS_TEXT);
  }
  return count;
}

/** Tokens of prompt and answer together, by the beginning of a model's name; the longest beginning counts. */
const CONTEXT: readonly (readonly [beginning: string, tokens: number])[] = [
  ['gpt-3.5', 16_385],
  ['gpt-4', 8_192],
  ['gpt-4-turbo', 128_000],
  ['gpt-4o', 128_000],
  ['gpt-4.1', 1_047_576],
  ['gpt-5', 400_000],
  ['o1', 128_000],
  ['o3', 200_000],
  ['o4', 200_000],
];
/** Of a model that nobody has heard of: what the smallest have. */
const UNKNOWN_CONTEXT = 8_192;

/** Tokens that a prompt and its answer may have together. */
export function contextTokens(model: string): number {
  let best: readonly [string, number] = ['', UNKNOWN_CONTEXT];
  for (const entry of CONTEXT) {
    if (model.startsWith(entry[0]) && entry[0].length > best[0].length) best = entry;
  }
  return best[1];
}
