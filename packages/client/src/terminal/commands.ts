/** What a line means: a message, or a command. */
import { ParleyError, type Room } from '@parley/contracts';
import type { ParleyClient } from '../client.js';
import type { RoomView } from '../room-view.js';
import { plainLine } from './text.js';

const COMMANDS = `/rooms              your rooms
/join <name or id>  another room
/who                who is here
/older              older messages
/regenerate [model] ask again for the last answer
/stop               stop the answer that is being written
/quit               end
//…                 a message that begins with a slash`;

export interface CommandContext {
  readonly client: ParleyClient;
  readonly roomId: string;
  readonly say: (text: string) => void;
  readonly switchTo: (room: string) => Promise<void>;
  readonly older: () => Promise<void>;
  readonly quit: () => void;
}

/** The message in a line; `null` when it is a command or empty. */
export function messageOf(line: string): string | null {
  if (line.trim() === '') return null;
  if (line.startsWith('//')) return line.slice(1);
  return line.startsWith('/') ? null : line;
}

/** Runs a command. Fails with an Error that says why it could not. */
export async function runCommand(line: string, context: CommandContext): Promise<void> {
  const [name = '', ...words] = line.trim().split(/\s+/);
  const rest = words.join(' ');
  const { client, roomId, say } = context;
  switch (name) {
    case '/help':
      say(COMMANDS);
      return;
    case '/rooms':
      say([...client.rooms.values()].flatMap((view) => describe(view, roomId)).join('\n'));
      return;
    case '/join':
      if (rest === '') throw new Error('/join needs the name or the id of a room.');
      await context.switchTo(rest);
      return;
    case '/who':
      say(await who(client, roomId));
      return;
    case '/older':
      await context.older();
      return;
    case '/regenerate':
      await regenerate(client, roomId, rest === '' ? undefined : rest);
      return;
    case '/stop':
      stop(client, roomId);
      return;
    case '/quit':
      context.quit();
      return;
    default:
      throw new Error(`There is no command ${plainLine(name)}: /help lists them.`);
  }
}

/** A name for any room. */
export function roomName(room: Room | null): string {
  if (room === null) return '(unknown)';
  return plainLine(room.name ?? `${room.kind} ${room.id.slice(0, 8)}`);
}

function describe(view: RoomView, here: string): string[] {
  const { room } = view;
  if (room === null || view.membership === 'left' || room.status === 'Deleted') return [];
  const unread = room.unread_count > 0 ? `, ${room.unread_count} unread` : '';
  const mark = view.id === here ? '*' : ' ';
  return [`${mark} ${roomName(room)}  (${room.member_count} members${unread})  ${room.id}`];
}

async function who(client: ParleyClient, roomId: string): Promise<string> {
  const members = await client.loadMembers(roomId);
  const me = client.me?.id;
  return [...members.values()]
    .map((member) => {
      const here = client.online.has(member.user_id) || member.user_id === me;
      return `${here ? '●' : '○'} ${plainLine(member.display_name)} (${member.role}${here ? '' : ', offline'})`;
    })
    .join('\n');
}

async function regenerate(client: ParleyClient, roomId: string, model?: string): Promise<void> {
  const last = client.rooms.get(roomId)?.messages.ordered.findLast(({ sender }) => sender === 'ai');
  if (last === undefined) throw new ParleyError('NOT_FOUND', 'There is no answer here yet.');
  await client.rest.regenerate(last.id, model);
}

function stop(client: ParleyClient, roomId: string): void {
  const open = [...(client.rooms.get(roomId)?.replies.keys() ?? [])];
  if (open.length === 0) throw new Error('No answer is being written.');
  for (const replyId of open) {
    if (!client.stop(roomId, replyId)) throw new Error('There is no connection.');
  }
}
