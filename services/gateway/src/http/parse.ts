/** Everything that comes in is parsed strictly, or the request ends here. */
import { fieldErrors, ParleyError, type FieldError } from '@parley/contracts';
import type { z } from 'zod';
import { isStorable } from '../use-cases/text.js';

/** The input as the schema makes it. Throws `VALIDATION_FAILED` with every fault. */
export function parse<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  const faults = result.success ? unstorable(result.data, []) : fieldErrors(result.error);
  if (result.success && faults.length === 0) return result.data;
  const [first] = faults;
  const detail = first === undefined ? 'invalid' : `${first.path || 'body'}: ${first.message}`;
  throw new ParleyError('VALIDATION_FAILED', detail, { errors: faults });
}

/** Texts that could not be stored, anywhere in a parsed input (which is no deeper than its schema). */
function unstorable(value: unknown, path: readonly string[]): FieldError[] {
  if (typeof value === 'string') {
    if (isStorable(value)) return [];
    return [{ path: path.join('.'), message: 'has NUL or half a surrogate pair' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => unstorable(item, [...path, key]));
}
