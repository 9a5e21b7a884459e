/**
 * The yardstick: a WebSocket server that does nothing but send what one socket says to all sockets, with the same library
 * and no log, no membership, no order to keep. `each`: one `ws.send` per message and socket. `batch`: what arrives in one
 * turn of the event loop goes out as one array, one `ws.send` per socket.
 */
import { once } from 'node:events';
import { WebSocketServer, type WebSocket } from 'ws';

const mode = process.argv[2];
if (mode !== 'each' && mode !== 'batch') throw new RangeError('Usage: bare-server.js each|batch');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
const sockets = new Set<WebSocket>();
let waiting: string[] = [];

function flush(): void {
  const frame = Buffer.from(waiting.length === 1 ? (waiting[0] ?? '') : `[${waiting.join(',')}]`);
  waiting = [];
  for (const socket of sockets) socket.send(frame, { binary: false });
}

server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('message', (data: Buffer) => {
    if (mode === 'each') {
      for (const one of sockets) one.send(data, { binary: false });
      return;
    }
    if (waiting.push(data.toString('utf8')) === 1) setImmediate(flush);
  });
});
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
process.send?.({ port: address.port });
process.on('disconnect', () => process.exit(0));
