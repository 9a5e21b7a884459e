/** The one way in which messages are posted over REST. */
import { ParleyError } from '@parley/contracts';
import type { Request, Response } from 'express';
import type { SendInput } from '../use-cases/send-message.js';
import type { UseCases } from '../use-cases/use-cases.js';
import { setRateHeaders } from './limits.js';
import { actorOf } from './signed-in.js';

/** Printable ASCII, as a header can carry it. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/** Posts and answers 201 with the message, 200 when it was there already, 202 while it is not judged. */
export async function answerSend(
  useCases: Pick<UseCases, 'sendMessage'>,
  req: Request,
  res: Response,
  input: SendInput,
): Promise<void> {
  const client_id = clientIdOf(req, input.client_id);
  const sent = await useCases.sendMessage(actorOf(res), { ...input, client_id });
  if (sent.status === 'pending') {
    res.status(202).json({ id: sent.id });
    return;
  }
  const { message, repeated, rate } = sent.value;
  if (rate !== undefined) setRateHeaders(res, rate);
  res.status(repeated ? 200 : 201).json(message);
}

/** `Idempotency-Key` is another spelling of `client_id`. */
function clientIdOf(req: Request, fromBody: string | undefined): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined) return fromBody;
  if (!KEY.test(key) || (fromBody !== undefined && fromBody !== key)) {
    throw new ParleyError('VALIDATION_FAILED', 'Idempotency-Key: not a key, or not the client_id', {
      errors: [{ path: 'Idempotency-Key', message: 'up to 200 printable characters' }],
    });
  }
  return key;
}
