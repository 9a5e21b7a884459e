import { expect } from '@jest/globals';
import type { ErrorCode } from '@parley/contracts';
import type { Answer } from '@parley/testkit';

/** A refusal as the contract has it: a problem document whose status, code and request id are said. */
export function expectProblem(answer: Answer, status: number, code: ErrorCode): void {
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({
    status,
    code,
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
    request_id: expect.any(String),
  });
}
