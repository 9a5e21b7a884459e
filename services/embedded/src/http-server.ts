/** An HTTP server as a service: listens on start, and on stop lets running requests and sockets end. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from '@parley/ports';
import { Refusal } from '@parley/runtime';

/** A request that takes longer than this to arrive is cut: slow senders must not hold connections. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface HttpServer extends Service {
  readonly server: Server;
  /** Where it listens, once started. */
  readonly url: string;
}

export function createHttpServer(
  name: string,
  app: RequestListener,
  address: { readonly host: string; readonly port: number },
  /** Ends what outlives a request, such as WebSockets, once nothing new is accepted. */
  drain: () => Promise<void> = () => Promise.resolve(),
): HttpServer {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, app);
  return {
    name,
    server,
    get url() {
      const bound = server.address() as AddressInfo;
      const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
      return `http://${host}:${bound.port}`;
    },
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          const taken = error.code === 'EADDRINUSE';
          const where = `${address.host}:${address.port}`;
          reject(taken ? new Refusal(`${where} is taken by another program (set PORT)`) : error);
        });
        server.listen(address.port, address.host, resolve);
      }),
    async stop() {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await drain();
      await closed;
    },
  };
}
