/** Texts out of the bytes of a WebSocket as a server sends them: unmasked, not compressed. */

const TEXT = 1;

export class FrameReader {
  #kept: Buffer = Buffer.alloc(0);

  constructor(private readonly onText: (text: string) => void) {}

  /** Takes the next bytes; they may end anywhere. */
  push(bytes: Buffer): void {
    let data = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes]);
    for (;;) {
      const size = sizeOf(data);
      if (size === undefined || data.length < size.header + size.payload) break;
      const end = size.header + size.payload;
      if (((data[0] ?? 0) & 0x0f) === TEXT) this.onText(data.toString('utf8', size.header, end));
      data = data.subarray(end);
    }
    // The caller's buffer is used again: what is kept must be our own.
    this.#kept = Buffer.from(data);
  }
}

function sizeOf(data: Buffer): { header: number; payload: number } | undefined {
  if (data.length < 2) return undefined;
  const length = (data[1] ?? 0) & 0x7f;
  if (length < 126) return { header: 2, payload: length };
  if (length === 126)
    return data.length < 4 ? undefined : { header: 4, payload: data.readUInt16BE(2) };
  return data.length < 10 ? undefined : { header: 10, payload: Number(data.readBigUInt64BE(2)) };
}

/** A text frame as a client sends it. The mask is zero: a benchmark on one machine needs no protection from proxies. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([header(0x81, payload.length), payload]);
}

/** A pong that nobody asked for: tells the server that this end lives. */
export const PONG = header(0x8a, 0);

function header(first: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, 0x80 | length, 0, 0, 0, 0]);
  if (length > 0xffff) throw new RangeError('longer than any frame of ours');
  return Buffer.from([first, 0x80 | 126, length >> 8, length & 0xff, 0, 0, 0, 0]);
}
