import type { Seq, Uuid } from '@parley/contracts';

interface Piece {
  readonly reply_id: Uuid;
  readonly claim: Seq;
  readonly offset: number;
  readonly text: string;
}

/** A claim is a seq, which another partition may have too. */
export const claimKey = (replyId: Uuid, claim: Seq): string => `${replyId} ${claim}`;

/**
 * The texts of claims, from all their chunks. A claim has one writer whose text only grows, so copies that came again or
 * late change nothing, and two pieces that differ where they overlap are a fault.
 */
export class ClaimTexts {
  readonly #pieces = new Map<string, Piece[]>();

  add(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      const key = claimKey(piece.reply_id, piece.claim);
      const list = this.#pieces.get(key);
      if (list === undefined) this.#pieces.set(key, [piece]);
      else list.push(piece);
    }
  }

  /** Each claim's text from its beginning to its first gap. */
  composed(faults: string[]): Map<string, string> {
    const texts = new Map<string, string>();
    for (const [key, pieces] of this.#pieces) {
      let text = '';
      for (const piece of pieces.sort((one, other) => one.offset - other.offset)) {
        if (piece.offset > text.length) break;
        const known = text.slice(piece.offset, piece.offset + piece.text.length);
        if (!piece.text.startsWith(known)) faults.push(`claim ${key}: two texts of one writer`);
        text += piece.text.slice(known.length);
      }
      texts.set(key, text);
    }
    return texts;
  }
}
