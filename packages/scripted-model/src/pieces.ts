/**
 * Cuts a text into pieces of about a token: a word with the space before it, one Chinese character, or a run of
 * punctuation. Joined they are the text again.
 */
export function piecesOf(text: string): string[] {
  return text.match(/\s*(?:\p{Script=Han}|[^\s\p{Script=Han}]{1,12})|\s+/gu) ?? [];
}
