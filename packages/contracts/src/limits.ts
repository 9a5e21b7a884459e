/** Bounds of everything that crosses a border. */

/** The largest WebSocket frame from a client, in bytes. ws itself closes with 1009 above it. */
export const MAX_FRAME_BYTES = 64 * 1024;
/** The largest frame of several items that a server sends (`ready`, `sync.state`), in bytes of JSON. */
export const MAX_BATCH_FRAME_BYTES = 256 * 1024;
/** The largest record of the log, in bytes: Kafka's default `message.max.bytes` less some room for its own framing. */
export const MAX_RECORD_BYTES = 1_000_000;
/** Rooms in one `auth` or `sync` frame. */
export const MAX_ROOMS_PER_FRAME = 500;
/** Members named when a room is created. */
export const MAX_INITIAL_MEMBERS = 100;
/** Default of `MESSAGE_MAX_LENGTH`, in code points. */
export const DEFAULT_MESSAGE_MAX_LENGTH = 8000;
/** The most that `MESSAGE_MAX_LENGTH` may be set to: a frame must still carry it. */
export const HIGHEST_MESSAGE_MAX_LENGTH = 15_000;
/** Models named in one message. */
export const MAX_ASKS = 4;
/** People mentioned in one message. */
export const MAX_MENTIONS = 50;
/** How long a socket may stay silent after opening, in ms. */
export const AUTH_TIMEOUT_MS = 30_000;
/** Between two pings of an edge, in ms: Cloudflare cuts a WebSocket that was idle for 100 s. */
export const PING_INTERVAL_MS = 25_000;
/** Bad frames within a minute that close a socket. */
export const MAX_BAD_FRAMES_PER_MINUTE = 20;
/** Rows above which a sync becomes a reset. */
export const MAX_SYNC_ROWS = 1000;
/** Largest size of a room in which read marks are shown live. */
export const MAX_ROOM_FOR_LIVE_READS = 50;

/** A string's length as people count it. */
export function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++, count++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next < 0xe000) i++;
    }
  }
  return count;
}
