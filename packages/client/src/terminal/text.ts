/** Text on a terminal: what others wrote must not move the cursor, ring the bell or reverse the line. */
import { styleText } from 'node:util';

/**
 * Control characters (also those of the C1 range, which some terminals obey), and the characters that reverse or hide
 * what follows: overrides and isolates of direction, zero-width marks of direction, interlinear marks, line separators.
 */
const DANGEROUS = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]/gu;

const escaped = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** One line, whatever it was: for names. */
export function plainLine(text: string): string {
  return text.replace(DANGEROUS, escaped);
}

/** Line breaks stay, tabs become spaces, every other dangerous character is shown as its number. */
export function plainText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => plainLine(line.replaceAll('\t', '    ')))
    .join('\n');
}

const segments = new Intl.Segmenter();
/** East Asian wide and full-width blocks, and pictographs: two columns each. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that plain text takes, near enough for redrawing a line. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of segments.segment(text)) columns += WIDE.test(segment) ? 2 : 1;
  return columns;
}

/** The first row of a text, broken after a word where there is one, and the rest. At least one character is taken. */
export function firstRow(text: string, columns: number): [row: string, rest: string] {
  let used = 0;
  for (const { segment, index } of segments.segment(text)) {
    used += WIDE.test(segment) ? 2 : 1;
    if (used <= columns || index === 0) continue;
    const space = segment === ' ' ? index : text.lastIndexOf(' ', index - 1);
    const at = space > 0 ? space : index;
    return [text.slice(0, at), text.slice(space > 0 ? at + 1 : at)];
  }
  return [text, ''];
}

/** Local time of day of an ISO time. */
export function clockTime(iso: string): string {
  const time = new Date(iso);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
}

type Style = 'bold' | 'dim' | 'cyan' | 'red' | 'green';
export type Paint = (style: Style, text: string) => string;

/** Colours, or none. */
export const painter = (colours: boolean): Paint =>
  colours ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
