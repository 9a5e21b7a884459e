/**
 * Reading and writing the records of the log. There is one decode for every reader, so that all of them agree on which
 * records are dead, which are of another log and which are events.
 */
import {
  ChunkEnvelope,
  LogEpoch,
  MAX_RECORD_BYTES,
  MEMBERSHIP_EVENTS,
  ParleyError,
  ReadMark,
  RoomEvent,
  roomKey,
  type DeadReason,
  type Uuid,
} from '@parley/contracts';

export type DecodedRoomRecord =
  | { readonly kind: 'event'; readonly event: RoomEvent; readonly text: string }
  /** Valid, but of another log: void, never enters a window. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'genesis'; readonly genesis: LogEpoch }
  | { readonly kind: 'dead'; readonly reason: DeadReason };

export type DecodedReadMark =
  | { readonly kind: 'mark'; readonly mark: ReadMark }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'dead'; readonly reason: DeadReason };

/** `ignoreBOM` keeps a byte order mark in the text, where JSON refuses it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const toUtf8 = new TextEncoder();

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

type Parsed =
  | { readonly ok: true; readonly text: string; readonly json: Record<string, unknown> }
  | { readonly ok: false; readonly reason: DeadReason };

const dead = (reason: DeadReason) => ({ kind: 'dead', reason }) as const;
const unreadable = (reason: DeadReason): Parsed => ({ ok: false, reason });

/** What Postgres cannot store, or not give back as it was: NUL and halves of surrogate pairs, in values and in keys. */
function unstorable(root: unknown): DeadReason | undefined {
  // A stack of its own: a foreign record may nest deeper than functions can call each other.
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') {
      if (value.includes('\0')) return 'nul';
      if (LONE_SURROGATE.test(value)) return 'lone_surrogate';
    } else if (Array.isArray(value)) {
      for (const item of value) left.push(item);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) left.push(key, item);
    }
  }
  return undefined;
}

function parse(value: Uint8Array): Parsed {
  if (value.byteLength > MAX_RECORD_BYTES) return unreadable('oversize');
  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    return unreadable('bad_utf8');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return unreadable('bad_json');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return unreadable('invalid');
  }
  // After a strict UTF-8 decode and JSON.parse, only an escape can have brought in NUL or half a pair.
  if (text.includes('\\u')) {
    const reason = unstorable(json);
    if (reason !== undefined) return unreadable(reason);
  }
  const fields = json as Record<string, unknown>;
  if (fields['v'] !== 1) return unreadable('unknown_version');
  return { ok: true, text, json: fields };
}

/**
 * The record's text, unless it spells an id otherwise than the event does (upper case, from a foreign writer): clients
 * compare ids as strings.
 */
function canonicalText(text: string, json: Record<string, unknown>, event: RoomEvent): string {
  for (const [name, value] of Object.entries(event)) {
    if (typeof value === 'string' && value !== json[name]) return JSON.stringify(event);
  }
  return text;
}

/**
 * THE decode of a record of room-events. `text` is the JSON as it was stored, for frames. Never throws on data.
 */
export function decodeRoomRecord(
  record: { readonly key: string; readonly value: Uint8Array },
  logId: Uuid,
): DecodedRoomRecord {
  const parsed = parse(record.value);
  if (!parsed.ok) return dead(parsed.reason);
  const { text, json } = parsed;
  if (json['type'] === 'log.epoch') {
    const genesis = LogEpoch.safeParse(json);
    return genesis.success ? { kind: 'genesis', genesis: genesis.data } : dead('invalid');
  }
  const result = RoomEvent.safeParse(json);
  if (!result.success) return dead('invalid');
  const event = result.data;
  if (record.key !== roomKey(event.room_id, MEMBERSHIP_EVENTS.has(event.type))) {
    return dead('wrong_key');
  }
  if (event.log !== logId) return { kind: 'foreign' };
  return { kind: 'event', event, text: canonicalText(text, json, event) };
}

/**
 * A record of reply-chunks; `undefined`: skip it (broken, or of another log). Unlike stored text, a delta may end in half
 * a surrogate pair: the next one brings the other half.
 */
export function decodeChunks(value: Uint8Array, logId: Uuid): ChunkEnvelope | undefined {
  if (value.byteLength > MAX_RECORD_BYTES) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(value));
  } catch {
    return undefined;
  }
  const result = ChunkEnvelope.safeParse(json);
  return result.success && result.data.log === logId ? result.data : undefined;
}

/** A record of read-marks. */
export function decodeReadMark(value: Uint8Array, logId: Uuid): DecodedReadMark {
  const parsed = parse(value);
  if (!parsed.ok) return dead(parsed.reason);
  const result = ReadMark.safeParse(parsed.json);
  if (!result.success) return dead('invalid');
  return result.data.log === logId ? { kind: 'mark', mark: result.data } : { kind: 'foreign' };
}

/**
 * The record of an event. Throws `ParleyError VALIDATION_FAILED` for what no reader could decode again (NUL, half a
 * surrogate pair, too large, a field out of its bounds), so that nothing we write ever becomes a dead letter.
 */
export function encodeRoomEvent(event: RoomEvent): { key: string; value: string } {
  const key = roomKey(event.room_id, MEMBERSHIP_EVENTS.has(event.type));
  const value = JSON.stringify(event);
  const decoded = decodeRoomRecord({ key, value: toUtf8.encode(value) }, event.log);
  if (decoded.kind !== 'event') {
    const reason = decoded.kind === 'dead' ? decoded.reason : decoded.kind;
    throw new ParleyError('VALIDATION_FAILED', `The event cannot be written: ${reason}.`);
  }
  return { key, value };
}
