import {
  AddMemberRequest,
  AtLeastQuery,
  ChangeMemberRequest,
  CreateRoomRequest,
  HistoryQuery,
  PostMessageRequest,
  ReadRequest,
  RoomsQuery,
  UpdateRoomRequest,
} from '@parley/contracts';
import { Router, type Response } from 'express';
import type { CreatedRoom } from '../use-cases/create-room.js';
import type { UseCases } from '../use-cases/use-cases.js';
import { answerWritten } from './answer.js';
import { MemberParams, RoomParams } from './params.js';
import { parse } from './parse.js';
import { answerSend } from './send.js';
import { actorOf } from './signed-in.js';

/** `/api/chat/rooms`: groups and private rooms. */
export function roomsRouter(useCases: UseCases): Router {
  const router = Router();

  router.get('/', async (req, res) => {
    res.json(await useCases.listRooms(actorOf(res), parse(RoomsQuery, req.query)));
  });
  router.post('/', async (req, res) => {
    const input = parse(CreateRoomRequest, req.body);
    answerCreated(res, await useCases.createRoom(actorOf(res), input));
  });
  router.get('/:room_id', async (req, res) => {
    const input = { ...parse(RoomParams, req.params), ...parse(AtLeastQuery, req.query) };
    res.json(await useCases.getRoom(actorOf(res), input));
  });
  router.patch('/:room_id', async (req, res) => {
    const input = { ...parse(UpdateRoomRequest, req.body), ...parse(RoomParams, req.params) };
    answerWritten(res, await useCases.updateRoom(actorOf(res), input));
  });
  router.delete('/:room_id', async (req, res) => {
    answerWritten(res, await useCases.deleteRoom(actorOf(res), parse(RoomParams, req.params)));
  });
  router.post('/:room_id/join', async (req, res) => {
    answerWritten(res, await useCases.join(actorOf(res), parse(RoomParams, req.params)));
  });
  router.post('/:room_id/leave', async (req, res) => {
    const actor = actorOf(res);
    const { room_id } = parse(RoomParams, req.params);
    const { user_id } = actor;
    const input = { room_id, user_id, reason: 'left' } as const;
    answerWritten(res, await useCases.removeMember(actor, input));
  });

  router.get('/:room_id/messages', async (req, res) => {
    const input = { ...parse(HistoryQuery, req.query), ...parse(RoomParams, req.params) };
    res.json(await useCases.history(actorOf(res), input));
  });
  router.post('/:room_id/messages', async (req, res) => {
    const input = { ...parse(PostMessageRequest, req.body), ...parse(RoomParams, req.params) };
    await answerSend(useCases, req, res, input);
  });
  router.post('/:room_id/read', async (req, res) => {
    const input = { ...parse(ReadRequest, req.body), ...parse(RoomParams, req.params) };
    await useCases.markRead(actorOf(res), input);
    res.status(204).end();
  });
  router.get('/:room_id/presence', async (req, res) => {
    const input = { ...parse(RoomParams, req.params), ...parse(AtLeastQuery, req.query) };
    res.json({ items: await useCases.presenceOf(actorOf(res), input) });
  });

  memberRoutes(router, useCases);
  return router;
}

function memberRoutes(router: Router, useCases: UseCases): void {
  router.get('/:room_id/members', async (req, res) => {
    const input = { ...parse(RoomParams, req.params), ...parse(AtLeastQuery, req.query) };
    res.json({ items: await useCases.listMembers(actorOf(res), input) });
  });
  router.post('/:room_id/members', async (req, res) => {
    const input = { ...parse(AddMemberRequest, req.body), ...parse(RoomParams, req.params) };
    answerWritten(res, await useCases.addMember(actorOf(res), input), 201);
  });
  router.patch('/:room_id/members/:user_id', async (req, res) => {
    const input = { ...parse(ChangeMemberRequest, req.body), ...parse(MemberParams, req.params) };
    answerWritten(res, await useCases.changeRole(actorOf(res), input));
  });
  router.delete('/:room_id/members/:user_id', async (req, res) => {
    const actor = actorOf(res);
    const member = parse(MemberParams, req.params);
    const reason = member.user_id === actor.user_id ? 'left' : 'kicked';
    answerWritten(res, await useCases.removeMember(actor, { ...member, reason }));
  });
  router.post('/:room_id/members/:user_id/ban', async (req, res) => {
    const input = { ...parse(MemberParams, req.params), reason: 'banned' } as const;
    answerWritten(res, await useCases.removeMember(actorOf(res), input));
  });
}

/** 201 with a new room, 200 with one that was there. */
export function answerCreated(res: Response, created: CreatedRoom): void {
  if (created.status === 'pending') res.status(202).json({ id: created.id });
  else res.status(created.value.created ? 201 : 200).json(created.value.room);
}
