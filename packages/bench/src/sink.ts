/**
 * A WebSocket that costs the load generator next to nothing: it counts bytes, and only where it is asked to, reads them.
 * All sinks of a process share one buffer for reading.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { FrameReader, PONG, textFrame } from './frame-reader.js';

const shared = Buffer.allocUnsafeSlow(256 * 1024);
const OPEN_WITHIN_MS = 20_000;

export class Sink {
  /** Bytes received since it was opened. */
  bytes = 0;
  closed = false;
  /** Hears every text; nothing is parsed for a sink without. */
  #reader: FrameReader | undefined;

  private constructor(private readonly socket: Socket) {}

  static open(url: string): Promise<Sink> {
    const { hostname, port, pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
      let answer = '';
      let sink: Sink | undefined;
      const socket: Socket = connect({
        host: hostname,
        port: Number(port),
        noDelay: true,
        onread: {
          buffer: shared,
          callback(size, buffer) {
            if (sink !== undefined) sink.#take(Buffer.from(buffer.buffer, buffer.byteOffset, size));
            else {
              answer += Buffer.from(buffer).toString('latin1', 0, size);
              const end = answer.indexOf('\r\n\r\n');
              if (end < 0) return true;
              if (!answer.startsWith('HTTP/1.1 101')) reject(new Error(answer.slice(0, 200)));
              else {
                sink = new Sink(socket);
                sink.#take(Buffer.from(answer.slice(end + 4), 'latin1'));
                const opened = sink;
                socket.on('close', () => (opened.closed = true));
                socket.setTimeout(0);
                resolve(sink);
              }
            }
            return true;
          },
        },
      });
      socket.setTimeout(OPEN_WITHIN_MS, () =>
        socket.destroy(new Error('no answer to the upgrade')),
      );
      socket.on('error', reject); // harmless once it is open: the close tells
      socket.write(
        `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\n` +
          'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
      );
    });
  }

  send(text: string): void {
    this.socket.write(textFrame(text));
  }

  pong(): void {
    this.socket.write(PONG);
  }

  /** From the next byte on, which must be the first of a frame. */
  read(onText: ((text: string) => void) | undefined): void {
    this.#reader = onText === undefined ? undefined : new FrameReader(onText);
  }

  close(): void {
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.bytes += bytes.length;
    this.#reader?.push(bytes);
  }
}
