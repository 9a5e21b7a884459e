/** The environment, read once, every mistake reported at once and by name. */
import { z } from 'zod';

/** The environment does not fit; `message` lists every fault, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(['The environment has mistakes:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

/**
 * Parses the environment by a schema whose keys are the names of variables. An empty variable counts as not set, as
 * shells and compose files mean it.
 */
export function loadEnv<T extends z.ZodType>(
  schema: T,
  env: Readonly<Record<string, string | undefined>>,
): z.output<T> {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map(
      (issue) => `${issue.path.join('.') || 'environment'}: ${issue.message}`,
    ),
  );
}

/** `true`, `1`, `yes`, `on` and their opposites, in any case. */
export const Flag = z.stringbool();

/** A whole number within bounds, from text. */
export function whole(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

/** Comma-separated, trimmed, empty parts dropped. */
export const List = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
