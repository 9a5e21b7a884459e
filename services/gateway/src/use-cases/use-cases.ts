/** Everything that the gateway does with rooms, as plain functions of an actor and an input, without HTTP. */
import type { GatewayConfig } from '../config.js';
import type { GatewayPorts } from '../ports.js';
import type { Actor } from './actor.js';
import { deleteMessage, editMessage, react } from './change-message.js';
import { deleteRoom, updateConversation, updateRoom } from './change-room.js';
import { createConversation, createRoom } from './create-room.js';
import { history } from './history.js';
import { addMember, changeRole, join, removeMember } from './members.js';
import { getRoom, listConversations, listMembers, listRooms, presenceOf } from './read-rooms.js';
import { markRead } from './read-marks.js';
import { regenerate, stopReply } from './replies.js';
import { sendMessage } from './send-message.js';

/** What the use cases need of the world; sessions, tokens and passwords are the business of HTTP. */
export type UseCasePorts = Pick<
  GatewayPorts,
  | 'log'
  | 'rooms'
  | 'messages'
  | 'users'
  | 'presence'
  | 'limiter'
  | 'projection'
  | 'clock'
  | 'random'
  | 'logger'
>;
export type UseCaseConfig = Pick<GatewayConfig, 'models' | 'messageMaxLength'>;

/** The last parameter of a use case. */
type InputOf<F extends (...all: never[]) => unknown> =
  Parameters<F> extends [...unknown[], infer I] ? I : never;

/** The use cases over given ports. Each throws `ParleyError`. */
export function createUseCases(ports: UseCasePorts, config: UseCaseConfig) {
  return {
    createRoom: (actor: Actor, input: InputOf<typeof createRoom>) =>
      createRoom(ports, config, actor, input),
    createConversation: (actor: Actor, input: InputOf<typeof createConversation>) =>
      createConversation(ports, config, actor, input),
    updateRoom: (actor: Actor, input: InputOf<typeof updateRoom>) =>
      updateRoom(ports, config, actor, input),
    updateConversation: (actor: Actor, input: InputOf<typeof updateConversation>) =>
      updateConversation(ports, config, actor, input),
    deleteRoom: (actor: Actor, input: InputOf<typeof deleteRoom>) =>
      deleteRoom(ports, actor, input),
    listRooms: (actor: Actor, input: InputOf<typeof listRooms>) => listRooms(ports, actor, input),
    listConversations: (actor: Actor, input: InputOf<typeof listConversations>) =>
      listConversations(ports, actor, input),
    getRoom: (actor: Actor, input: InputOf<typeof getRoom>) => getRoom(ports, actor, input),

    listMembers: (actor: Actor, input: InputOf<typeof listMembers>) =>
      listMembers(ports, actor, input),
    presenceOf: (actor: Actor, input: InputOf<typeof presenceOf>) =>
      presenceOf(ports, actor, input),
    join: (actor: Actor, input: InputOf<typeof join>) => join(ports, actor, input),
    addMember: (actor: Actor, input: InputOf<typeof addMember>) => addMember(ports, actor, input),
    removeMember: (actor: Actor, input: InputOf<typeof removeMember>) =>
      removeMember(ports, actor, input),
    changeRole: (actor: Actor, input: InputOf<typeof changeRole>) =>
      changeRole(ports, actor, input),

    sendMessage: (actor: Actor, input: InputOf<typeof sendMessage>) =>
      sendMessage(ports, config, actor, input),
    editMessage: (actor: Actor, input: InputOf<typeof editMessage>) =>
      editMessage(ports, config, actor, input),
    deleteMessage: (actor: Actor, input: InputOf<typeof deleteMessage>) =>
      deleteMessage(ports, actor, input),
    react: (actor: Actor, input: InputOf<typeof react>) => react(ports, actor, input),
    regenerate: (actor: Actor, input: InputOf<typeof regenerate>) =>
      regenerate(ports, config, actor, input),
    stopReply: (actor: Actor, input: InputOf<typeof stopReply>) => stopReply(ports, actor, input),
    markRead: (actor: Actor, input: InputOf<typeof markRead>) => markRead(ports, actor, input),
    history: (actor: Actor, input: InputOf<typeof history>) => history(ports, actor, input),
  };
}

export type UseCases = ReturnType<typeof createUseCases>;
