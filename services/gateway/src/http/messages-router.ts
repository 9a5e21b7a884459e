import { EditMessageRequest, RegenerateRequest } from '@parley/contracts';
import { Router, type RequestHandler } from 'express';
import type { UseCases } from '../use-cases/use-cases.js';
import { answerWritten } from './answer.js';
import { MessageParams, ReactionParams } from './params.js';
import { parse } from './parse.js';
import { actorOf } from './signed-in.js';

/** `/api/messages`: one message at a time. */
export function messagesRouter(useCases: UseCases): Router {
  const router = Router();

  router.patch('/:message_id', async (req, res) => {
    const input = { ...parse(EditMessageRequest, req.body), ...parse(MessageParams, req.params) };
    answerWritten(res, await useCases.editMessage(actorOf(res), input));
  });
  router.delete('/:message_id', async (req, res) => {
    const input = parse(MessageParams, req.params);
    answerWritten(res, await useCases.deleteMessage(actorOf(res), input));
  });

  const react =
    (on: boolean): RequestHandler =>
    async (req, res) => {
      const input = { ...parse(ReactionParams, req.params), on };
      answerWritten(res, await useCases.react(actorOf(res), input));
    };
  router.put('/:message_id/reactions/:emoji', react(true));
  router.delete('/:message_id/reactions/:emoji', react(false));

  router.post('/:message_id/regenerate', async (req, res) => {
    const body = parse(RegenerateRequest, req.body ?? {});
    const input = { ...body, ...parse(MessageParams, req.params) };
    res.status(202).json(await useCases.regenerate(actorOf(res), input));
  });
  return router;
}
