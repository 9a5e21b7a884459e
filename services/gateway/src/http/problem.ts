/** Failures as clients are told them: RFC 9457 `application/problem+json`. */
import { STATUS_CODES } from 'node:http';
import { ParleyError, type Problem } from '@parley/contracts';
import type { Logger } from '@parley/ports';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { RateLimited } from '../use-cases/message-limit.js';
import { clearTokenCookies } from './cookies.js';
import { setRateHeaders } from './limits.js';
import { requestIdOf } from './request-log.js';

/** Answers every failure. What is not ours to tell becomes `INTERNAL`, and is logged. */
export function problems(logger: Logger, secureCookies: boolean): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    const failure = failureOf(error);
    const request_id = requestIdOf(res);
    if (failure.code === 'INTERNAL') logger.error({ err: error, request_id }, 'a request failed');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    if (failure instanceof RateLimited) setRateHeaders(res, failure.verdict);
    if (failure.retryAfterMs !== undefined) {
      res.set('Retry-After', String(Math.max(1, Math.ceil(failure.retryAfterMs / 1000))));
    }
    if (failure.status === 401) res.set('WWW-Authenticate', 'Bearer');
    if (failure.code === 'SESSION_REVOKED') clearTokenCookies(res, secureCookies);
    const problem: Problem = {
      type: 'about:blank',
      title: STATUS_CODES[failure.status] ?? 'Error',
      status: failure.status,
      code: failure.code,
      detail: failure.message,
      request_id,
      ...(failure.errors === undefined ? {} : { errors: [...failure.errors] }),
    };
    res.status(failure.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/** Whatever no route has taken. */
export const noSuchRoute: RequestHandler = (req) => {
  throw new ParleyError('NOT_FOUND', `no such resource: ${req.method} ${req.path}`);
};

function failureOf(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  const status = statusOf(error);
  if (status === 413) {
    return new ParleyError('MESSAGE_TOO_LONG', 'the body is larger than 64 KiB');
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new ParleyError('VALIDATION_FAILED', 'the request cannot be read', { status: 400 });
  }
  return new ParleyError('INTERNAL', 'something went wrong here');
}

/** The status that Express and its body parser give to what a client did wrong. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}
