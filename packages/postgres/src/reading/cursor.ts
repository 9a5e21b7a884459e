import { ParleyError } from '@parley/contracts';

/** A page's end as an opaque text. */
export function encodeCursor(...place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The two parts of a cursor; throws `ParleyError VALIDATION_FAILED` for what we never handed out. */
export function decodeCursor<A extends 'string' | 'number'>(
  cursor: string,
  first: A,
): [A extends 'string' ? string : number, string] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(place) && typeof place[0] === first && UUID.test(String(place[1])))
      return [place[0] as A extends 'string' ? string : number, String(place[1])];
  } catch (cause) {
    throw new ParleyError('VALIDATION_FAILED', 'This cursor is not one of ours.', { cause });
  }
  throw new ParleyError('VALIDATION_FAILED', 'This cursor is not one of ours.');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A LIKE pattern that finds the text anywhere, whatever characters it has. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
