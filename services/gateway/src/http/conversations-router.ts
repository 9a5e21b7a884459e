import {
  AtLeastQuery,
  ConversationsQuery,
  CreateConversationRequest,
  HistoryQuery,
  PostMessageRequest,
  UpdateConversationRequest,
} from '@parley/contracts';
import { Router, type RequestHandler } from 'express';
import type { UseCases } from '../use-cases/use-cases.js';
import { answerWritten } from './answer.js';
import { RoomParams } from './params.js';
import { parse } from './parse.js';
import { answerCreated } from './rooms-router.js';
import { answerSend } from './send.js';
import { actorOf } from './signed-in.js';

/** `/api/conversations`: rooms of one person and the assistant. */
export function conversationsRouter(useCases: UseCases): Router {
  const router = Router();
  const kind = 'conversation';

  router.get('/', async (req, res) => {
    const input = parse(ConversationsQuery, req.query);
    res.json(await useCases.listConversations(actorOf(res), input));
  });
  router.post('/', async (req, res) => {
    const input = parse(CreateConversationRequest, req.body ?? {});
    answerCreated(res, await useCases.createConversation(actorOf(res), input));
  });
  router.get('/:room_id', async (req, res) => {
    const input = { ...parse(RoomParams, req.params), ...parse(AtLeastQuery, req.query) };
    res.json(await useCases.getRoom(actorOf(res), { ...input, kind }));
  });
  const update: RequestHandler = async (req, res) => {
    const body = parse(UpdateConversationRequest, req.body);
    const input = { ...body, ...parse(RoomParams, req.params) };
    answerWritten(res, await useCases.updateConversation(actorOf(res), input));
  };
  router.patch('/:room_id', update);
  router.put('/:room_id', update);
  router.delete('/:room_id', async (req, res) => {
    const { room_id } = parse(RoomParams, req.params);
    answerWritten(res, await useCases.deleteRoom(actorOf(res), { room_id, kind }));
  });

  router.get('/:room_id/messages', async (req, res) => {
    const input = { ...parse(HistoryQuery, req.query), ...parse(RoomParams, req.params) };
    res.json(await useCases.history(actorOf(res), { ...input, kind }));
  });
  router.post('/:room_id/messages', async (req, res) => {
    const input = { ...parse(PostMessageRequest, req.body), ...parse(RoomParams, req.params) };
    await answerSend(useCases, req, res, { ...input, kind });
  });
  return router;
}
