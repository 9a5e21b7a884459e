import { codePoints, ParleyError } from '@parley/contracts';

/** Throws for a text that cannot be a message: empty, beyond the limit (in code points), or not storable. */
export function checkText(content: string, maxLength: number): void {
  if (content === '') throw new ParleyError('VALIDATION_FAILED', 'a message has a text');
  if (!isStorable(content)) {
    throw new ParleyError('VALIDATION_FAILED', 'the text has NUL or half a surrogate pair', {
      errors: [{ path: 'content', message: 'has NUL or half a surrogate pair' }],
    });
  }
  const length = codePoints(content);
  if (length > maxLength) {
    throw new ParleyError('MESSAGE_TOO_LONG', `${length} characters; at most ${maxLength}`);
  }
}

/** Whether PostgreSQL and UTF-8 give the text back as it is: no NUL, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}
