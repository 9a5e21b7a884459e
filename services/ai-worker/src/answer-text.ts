/**
 * The longest answer kept, in UTF-16 units: in the worst case JSON spells each with six bytes, and a record may have
 * 1,000,000. No model writes as much within its limit of tokens.
 */
const MAX_ANSWER_UNITS = 150_000;

/** Halves of surrogate pairs that have lost each other: no record can carry them, and no store. */
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const REPLACEMENT = '\ufffd';

/**
 * The text of an answer as it grows. What a provider sends is made storable on the way in, so that the pieces shown are
 * exactly the text that is kept: NUL and lone surrogates become U+FFFD, and half of a pair waits for the other.
 */
export class AnswerText {
  private held = '';
  private all = '';

  get text(): string {
    return this.all;
  }

  get full(): boolean {
    return this.all.length >= MAX_ANSWER_UNITS;
  }

  /** Appends a piece; answers what is new of the text. */
  push(piece: string): string {
    const joined = this.held + piece;
    const waits = isHigh(joined.charCodeAt(joined.length - 1));
    this.held = waits ? joined.slice(-1) : '';
    return this.append(waits ? joined.slice(0, -1) : joined);
  }

  /** The provider has ended: half a pair that still waits stays alone. */
  end(): string {
    const rest = this.held;
    this.held = '';
    return this.append(rest);
  }

  private append(raw: string): string {
    const room = MAX_ANSWER_UNITS - this.all.length;
    let added = raw.replaceAll('\0', REPLACEMENT).replace(LONE, REPLACEMENT).slice(0, room);
    if (isHigh(added.charCodeAt(added.length - 1))) added = added.slice(0, -1) + REPLACEMENT;
    this.all += added;
    return added;
  }
}

/** False for NaN, the code of no character. */
function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
