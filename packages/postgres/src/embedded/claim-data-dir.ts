/**
 * One Parley per data folder.
 *
 * The lock is a listening local socket whose name is made of the folder's device and inode. The kernel lets it go when the
 * process ends, however it ends, so no file has to be judged stale and a reused process id cannot fool anybody. Whoever
 * finds it taken asks the holder who it is. `owner.json` says the same for people and tools.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { type Server, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** Who holds a data folder. */
export interface DataDirOwner {
  readonly pid: number;
  /** ISO-8601. */
  readonly started: string;
  /** Where it can be visited, if it said so. */
  readonly address?: string;
}

export class DataDirHeld extends Error {
  override readonly name = 'DataDirHeld';
  constructor(
    readonly dataDir: string,
    readonly owner: DataDirOwner | undefined,
  ) {
    const who = owner === undefined ? 'another process' : `process ${owner.pid}`;
    const since = owner === undefined ? '' : `, running since ${owner.started}`;
    const where = owner?.address === undefined ? '' : `, at ${owner.address}`;
    super(`${dataDir} is in use by ${who}${since}${where}`);
  }
}

export interface DataDirClaim {
  release(): Promise<void>;
}

/**
 * Takes the folder (made if need be) for this process until `release` or its end. Rejects with {@link DataDirHeld} when
 * another process, or this one, holds it.
 */
export async function claimDataDir(
  dataDir: string,
  options: { readonly address?: string } = {},
): Promise<DataDirClaim> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const folder = await realpath(resolve(dataDir));
  const ownerFile = join(folder, 'owner.json');
  const owner: DataDirOwner = {
    pid: process.pid,
    started: new Date(Date.now() - process.uptime() * 1000).toISOString(),
    ...(options.address === undefined ? {} : { address: options.address }),
  };
  const path = await socketName(folder);
  const server = await listen(path, owner);
  if (server === undefined) throw new DataDirHeld(folder, await askHolder(path, ownerFile));
  await writeFile(ownerFile, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  let releasing: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    await rm(ownerFile, { force: true });
    server.close();
    await once(server, 'close');
  };
  return { release: () => (releasing ??= release()) };
}

async function socketName(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  const name = `parley-${dev}-${ino}`;
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return join(tmpdir(), `parley-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`);
}

/** `undefined` when the name is taken by a living process. */
async function listen(path: string, owner: DataDirOwner): Promise<Server | undefined> {
  for (let attempt = 1; ; attempt++) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(JSON.stringify(owner));
    });
    try {
      server.listen({ path });
      await once(server, 'listening');
      server.unref();
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      // Where the name is a file (neither Linux nor Windows) it outlives its process.
      if (attempt > 1 || process.platform === 'linux' || process.platform === 'win32')
        return undefined;
      if ((await ask(path)) !== 'refused') return undefined;
      await rm(path, { force: true });
    }
  }
}

/** A holder that is stopped in its tracks does not answer; its file speaks for it. */
async function askHolder(path: string, ownerFile: string): Promise<DataDirOwner | undefined> {
  const answer = await ask(path);
  for (const json of [answer, await readFile(ownerFile, 'utf8').catch(() => '')]) {
    try {
      return JSON.parse(json) as DataDirOwner;
    } catch {
      // No answer, or a file cut short: the next source, if any.
      continue;
    }
  }
  return undefined;
}

async function ask(path: string): Promise<string> {
  const socket = connect({ path });
  socket.setTimeout(1_000, () => socket.destroy(new Error('no answer')));
  return text(socket).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'refused' : '',
  );
}
