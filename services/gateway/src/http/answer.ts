import type { Response } from 'express';
import type { Written } from '../use-cases/write.js';

/** Answers a write: what it made, nothing (204 where the value is `null`), or 202 with the id of what is not judged yet. */
export function answerWritten<T>(res: Response, written: Written<T>, status = 200): void {
  if (written.status === 'pending') res.status(202).json({ id: written.id });
  else if (written.value === null) res.status(204).end();
  else res.status(status).json(written.value);
}
