/** A chat in a terminal: from the first login to the last acknowledgement. */
import type { Interface } from 'node:readline';
import { ParleyError, type Room, type Uuid } from '@parley/contracts';
import { createClient, type ParleyClient } from '../client.js';
import type { ClientEvents } from '../client-events.js';
import { systemClock } from '../system.js';
import type { WebSocketLike } from '../options.js';
import { createSession } from '../session.js';
import type { Settings } from './arguments.js';
import { messageOf, roomName, runCommand } from './commands.js';
import { enter, findRoom } from './enter.js';
import { Narrator } from './narrator.js';
import type { Output } from './output.js';
import type { Screen } from './screen.js';

export interface Chat {
  readonly settings: Settings & { readonly password: string };
  readonly output: Output;
  /** Ends with the input. */
  readonly line: Interface;
  /** What is entered. Begun before anything is read, since lines without a reader are gone. */
  readonly lines: AsyncIterable<string>;
  /** The output, when it is a screen. */
  readonly screen: Screen | null;
  readonly connect: (url: string) => WebSocketLike;
  /** For `--json`. */
  readonly print: (text: string) => void;
}

/** How many lines may be on their way before reading pauses. */
const MAX_UNSENT = 200;

/** Runs until the input ends or somebody quits; answers the exit code. Fails with a ParleyError before it could begin. */
export async function chat(io: Chat, quitting: AbortSignal): Promise<number> {
  const { settings, output } = io;
  const { tokens, credentials, registered } = await enter(
    { http: settings.http },
    settings.user,
    settings.password,
  );
  const session = createSession({ http: settings.http, login: credentials, tokens });
  const client = createClient({
    url: settings.ws,
    http: settings.http,
    token: session.token,
    connect: io.connect,
  });
  if (registered) output.note(`Registered as ${settings.user}.`);
  try {
    const found = await findRoom(client.rest, settings.room);
    if (settings.json) printEvents(client, io.print);
    return await inRoom(io, client, found, quitting);
  } finally {
    client.close();
    output.close();
  }
}

async function inRoom(
  io: Chat,
  client: ParleyClient,
  first: { room: Room; how: string },
  quitting: AbortSignal,
): Promise<number> {
  const { output, settings } = io;
  const quit = new AbortController();
  quitting.addEventListener('abort', () => quit.abort(), { once: true });
  const narrator = new Narrator(client, output, systemClock, io.screen !== null);
  let failures = 0;
  let roomId = first.room.id;

  const switchTo = async (found: { room: Room; how: string }): Promise<void> => {
    roomId = found.room.id;
    if (found.how !== 'member') output.note(`You have ${found.how} ${roomName(found.room)}.`);
    await known(client, roomId, settings.timeoutMs, quit.signal);
    await narrator.tell(roomId, settings.history);
  };

  client.on('state', ({ state, reason }) => {
    if (state !== 'closed' || quit.signal.aborted) return;
    if (reason !== null && reason.code !== 1000) {
      output.problem(`The server ended the session: ${reason.error?.message ?? reason.reason}`);
      failures++;
    }
    quit.abort();
  });
  client.connect();
  await switchTo(first);

  const send = (text: string): void => {
    client.send(roomId, text).catch((error: unknown) => {
      // What is unsent at the end is counted there.
      if (client.state === 'closed') return;
      failures++;
      output.problem(`Not sent: ${what(error)}`);
    });
  };
  const command = (line: string): Promise<void> =>
    runCommand(line, {
      client,
      roomId,
      say: (text) => output.note(text),
      switchTo: async (wanted) => switchTo(await findRoom(client.rest, wanted)),
      older: () => narrator.older(roomId),
      quit: () => quit.abort(),
    });

  io.screen?.listen(() => client.typing(roomId));
  await eachLine(io, quit.signal, async (line) => {
    io.screen?.entered(line);
    const text = messageOf(line);
    if (text !== null) {
      send(text);
      await until(client, 'pending', () => client.pendingCount < MAX_UNSENT, quit.signal);
    } else if (line.trim() !== '') {
      await command(line).catch((error: unknown) => output.problem(what(error)));
    }
  });
  if (!quit.signal.aborted) await drain(io, client, roomId, quit.signal);
  if (client.pendingCount > 0) {
    output.problem(`${client.pendingCount} of your messages were not acknowledged.`);
    failures++;
  }
  return failures === 0 ? 0 : 1;
}

/** The input has ended: what was sent is waited for, and with `--wait` the answers to it. */
async function drain(
  { settings, screen }: Chat,
  client: ParleyClient,
  roomId: Uuid,
  quit: AbortSignal,
): Promise<void> {
  // Ctrl-D at a screen: whoever looks at it has seen what is unsent.
  if (screen !== null) return;
  for (let left = client.pendingCount; left > 0; left = client.pendingCount) {
    const fewer = (): boolean => client.pendingCount < left;
    if (!(await within(settings.timeoutMs, client, 'pending', fewer, quit))) return;
  }
  if (!settings.wait) return;
  const quiet = (): boolean => client.rooms.get(roomId)?.replies.size === 0;
  await within(settings.timeoutMs, client, 'settled', quiet, quit);
}

/** Waits for the condition, at most so long; answers whether it holds. */
async function within(
  ms: number,
  client: ParleyClient,
  event: keyof ClientEvents,
  condition: () => boolean,
  quit: AbortSignal,
  ...others: (keyof ClientEvents)[]
): Promise<boolean> {
  const late = new AbortController();
  const timer = systemClock.after(ms, () => late.abort());
  await until(client, event, condition, AbortSignal.any([quit, late.signal]), ...others);
  timer.cancel();
  return condition();
}

/** Hands on each line in turn, until the input ends or the signal says so. */
async function eachLine(
  { line, lines }: Chat,
  quit: AbortSignal,
  each: (text: string) => Promise<void>,
): Promise<void> {
  const stop = (): void => line.close();
  quit.addEventListener('abort', stop, { once: true });
  if (quit.aborted) stop();
  for await (const text of lines) {
    if (quit.aborted) break;
    await each(text);
  }
}

/** Waits until the server has told of the room. */
async function known(
  client: ParleyClient,
  roomId: Uuid,
  timeoutMs: number,
  quit: AbortSignal,
): Promise<void> {
  const here = (): boolean => {
    const view = client.rooms.get(roomId);
    return view !== undefined && view.room !== null && view.seq !== null;
  };
  if (await within(timeoutMs, client, 'synced', here, quit, 'ready', 'room')) return;
  if (!quit.aborted) throw new ParleyError('UNAVAILABLE', 'The room could not be opened.');
}

/** Resolves once the condition holds, looked at after each of the events; or when the signal is aborted. */
function until(
  client: ParleyClient,
  event: keyof ClientEvents,
  condition: () => boolean,
  signal: AbortSignal,
  ...others: (keyof ClientEvents)[]
): Promise<void> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const done = (): void => {
      if (!condition() && !signal.aborted) return;
      for (const stop of stops) stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    for (const type of [event, ...others]) stops.push(client.on(type, done));
    signal.addEventListener('abort', done);
    done();
  });
}

const PRINTED: readonly (keyof ClientEvents)[] = [
  ...(['state', 'ready', 'message', 'update', 'history', 'reply', 'settled', 'room'] as const),
  ...(['member', 'presence', 'typing', 'read', 'reset', 'synced', 'error'] as const),
];

function printEvents(client: ParleyClient, print: (text: string) => void): void {
  for (const type of PRINTED) {
    client.on(type, (event) => print(`${JSON.stringify({ event: type, ...printable(event) })}\n`));
  }
}

/** Errors say their code and message; the rest is plain data. */
function printable(event: object): object {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]: [string, unknown]) => [
      key,
      value instanceof ParleyError ? { code: value.code, message: value.message } : value,
    ]),
  );
}

export function what(error: unknown): string {
  if (error instanceof ParleyError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
