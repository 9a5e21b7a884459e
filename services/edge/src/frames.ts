/** From what a client sends to a frame, and from frames to what is sent. */
import {
  ClientFrame,
  MAX_BATCH_FRAME_BYTES,
  fieldErrors,
  type ControlFrame,
} from '@parley/contracts';

export type ParsedFrame =
  | { readonly ok: true; readonly frame: ClientFrame }
  /** `ref`: what the client would recognise the frame by, if it can be made out. */
  | { readonly ok: false; readonly message: string; readonly ref?: string };

/** Longer strings are not given back as a `ref`. */
const MAX_REF = 200;
const REFS = ['client_id', 'reply_id', 'room_id'] as const;

/** The field by which a client recognises the answer to a frame. */
export function refOf(frame: object): string | undefined {
  const fields = frame as Readonly<Record<string, unknown>>;
  for (const name of REFS) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string' && value.length <= MAX_REF) return value;
  }
  return undefined;
}

/** Parses one text frame strictly. Never throws. */
export function parseFrame(text: string): ParsedFrame {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, message: 'Not JSON.' };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { ok: false, message: 'A frame is one JSON object.' };
  }
  const ref = refOf(json);
  const refused = (message: string): ParsedFrame =>
    ref === undefined ? { ok: false, message } : { ok: false, message, ref };
  // An own key of this name is invisible to some ways of looking at an object's keys.
  if (Object.hasOwn(json, '__proto__')) return refused('Unrecognized key: "__proto__"');
  const result = ClientFrame.safeParse(json);
  if (result.success) return { ok: true, frame: result.data };
  const faults = fieldErrors(result.error).map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  return refused(faults.join('; ').slice(0, 500));
}

/** One frame as it is, several as an array. */
export function joinFrames(frames: readonly string[]): string {
  return frames.length === 1 ? (frames[0] ?? '') : `[${frames.join(',')}]`;
}

/** Frames that are sent together: one frame of the transport for all of them, made once for all sockets. */
export function encodeFrames(frames: readonly string[]): Uint8Array {
  return Buffer.from(joinFrames(frames), 'utf8');
}

export function controlFrame(frame: ControlFrame): string {
  return JSON.stringify(frame);
}

type Lists = Readonly<Record<string, readonly unknown[]>>;

/**
 * A frame of several lists, cut into as many frames as keep each below 256 KB (an item that is larger goes alone). Each
 * carries `base` and every list, in the order of the lists; all but the last carry `more: true`.
 */
export function* pagesOf(
  base: object,
  lists: Lists,
  maxBytes = MAX_BATCH_FRAME_BYTES,
): Generator<string> {
  const names = Object.keys(lists);
  const head = JSON.stringify(base).slice(0, -1);
  const overhead = Buffer.byteLength(head) + names.join('').length + names.length * 6 + 16;
  let page = new Map<string, string[]>();
  let bytes = overhead;
  const render = (more: boolean): string => {
    const parts = names.map((name) => `"${name}":[${(page.get(name) ?? []).join(',')}]`);
    return `${head},${parts.join(',')}${more ? ',"more":true' : ''}}`;
  };
  for (const [name, items] of Object.entries(lists)) {
    for (const item of items) {
      const text = JSON.stringify(item);
      const size = Buffer.byteLength(text) + 1;
      if (page.size > 0 && bytes + size > maxBytes) {
        yield render(true);
        page = new Map();
        bytes = overhead;
      }
      const list = page.get(name);
      if (list === undefined) page.set(name, [text]);
      else list.push(text);
      bytes += size;
    }
  }
  yield render(false);
}
