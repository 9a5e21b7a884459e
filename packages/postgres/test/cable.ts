/** A TCP connection to the database that a test can cut. */
import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

export interface Cable {
  /** The database's address through the cable. */
  readonly url: string;
  /** Cuts all connections and refuses new ones. */
  cut(): void;
  /** Lets connections through again. */
  mend(): void;
  /** The next statement reaches the server, which executes it; its answer is lost with the connection: then resolves. */
  loseNextAnswer(): Promise<void>;
  close(): Promise<void>;
}

export async function layCable(url: string): Promise<Cable> {
  const target = new URL(url);
  const port = Number(target.port);
  const sockets = new Set<Socket>();
  let isCut = false;
  let losing = false;
  let lost: () => void = () => undefined;
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    let sentWhileLosing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      sentWhileLosing ||= losing;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!losing || !sentWhileLosing) {
        client.write(data);
        return;
      }
      losing = false;
      client.destroy();
      lost();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  target.port = String(address.port);
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: target.href,
    cut,
    mend: () => {
      isCut = false;
    },
    loseNextAnswer: () => {
      losing = true;
      return new Promise((resolve) => (lost = resolve));
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
