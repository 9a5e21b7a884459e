import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WebSocketServer } from 'ws';
import { FrameReader } from '../src/frame-reader.js';
import { Sink } from '../src/sink.js';

/** A frame as a server sends it. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), uint32(length)]);
  return Buffer.concat([head, payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

test('texts come out whole, wherever the bytes are cut, and pings are no texts', () => {
  const texts = ['', 'short', 'ü'.repeat(100), 'x'.repeat(126), 'y'.repeat(70_000)];
  const bytes = Buffer.concat(
    texts.flatMap((text) => [frame(9, Buffer.from('ping')), frame(1, Buffer.from(text))]),
  );
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const heard: string[] = [];
      const reader = new FrameReader((text) => heard.push(text));
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      places.slice(1).forEach((end, i) => reader.push(bytes.subarray(places[i], end)));
      expect(heard).toEqual(texts);
    }),
    { numRuns: 200 },
  );
});

test('a sink speaks WebSocket well enough for ws', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => socket.send(`heard ${data.toString('utf8')}`));
    socket.on('pong', () => socket.send('a pong'));
  });
  const sink = await Sink.open(`ws://127.0.0.1:${port}/`);
  const texts: string[] = [];
  const both = new Promise<void>((resolve) =>
    sink.read((text) => {
      if (texts.push(text) === 3) resolve();
    }),
  );
  sink.send('grüß dich');
  sink.send('x'.repeat(1_000));
  sink.pong();
  await both;
  expect(texts).toEqual(['heard grüß dich', `heard ${'x'.repeat(1_000)}`, 'a pong']);
  expect(sink.bytes).toBeGreaterThan(1_000);
  sink.close();
  server.close();
});
