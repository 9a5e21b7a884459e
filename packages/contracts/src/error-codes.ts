/** The codes of every failure that a client can see, with the HTTP status of each. */
import { z } from 'zod';

export const ERROR_STATUS = {
  VALIDATION_FAILED: 422,
  AUTH_REQUIRED: 401,
  AUTH_FAILED: 401,
  SESSION_REVOKED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ACCOUNT_LOCKED: 423,
  CONFLICT: 409,
  STALE: 409,
  MESSAGE_TOO_LONG: 413,
  RATE_LIMIT_EXCEEDED: 429,
  AI_BUSY: 429,
  AI_BUDGET_EXCEEDED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
  // On sockets and in answers only; the status is what REST would say.
  AUTH_TIMEOUT: 401,
  NOT_A_MEMBER: 403,
  SLOW_CONSUMER: 503,
  AI_ERROR: 502,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;
export const ErrorCode = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]);

/** One fault of an input: where, and what. */
export const FieldError = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 `application/problem+json`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: ErrorCode,
  detail: z.string(),
  request_id: z.string(),
  errors: z.array(FieldError).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** Codes after which the very same request (same `client_id`) may be sent again. */
export const RETRIABLE_CODES: ReadonlySet<ErrorCode> = new Set([
  'UNAVAILABLE',
  'RATE_LIMIT_EXCEEDED',
]);

/**
 * A failure that a client is told about. `retryAfterMs` is set for codes that promise that waiting helps.
 */
export class ParleyError extends Error {
  readonly status: number;
  readonly retriable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: {
      status?: number;
      retryAfterMs?: number;
      errors?: readonly FieldError[];
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ParleyError';
    this.status = options.status ?? ERROR_STATUS[code];
    this.retriable = RETRIABLE_CODES.has(code);
    this.retryAfterMs = options.retryAfterMs;
    this.errors = options.errors;
  }
}

/** The faults of a zod error, as clients are told them. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: issue.message,
  }));
}
