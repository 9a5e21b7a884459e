import { timeOfUuidV7 } from '@parley/contracts';

/** A `client_id` further ahead than this is refused, in ms: its id would stay in the window until then. */
export const CLIENT_ID_AHEAD_MS = 24 * 60 * 60_000;
/** The fast path takes ids up to this much ahead of the node's clock, in ms. */
export const FAST_AHEAD_MS = 30_000;
/**
 * The fast path takes younger ids only, in ms. An append takes at most 60 s and is void 10 min after `born`: what was
 * sent on the fast path before is still in the window.
 */
export const FAST_AGE_MS = 5 * 60_000;

export type SendPath =
  /** Append at once; `born` (Unix ms) is the id's own time, so that a late copy of it is stale. */
  | { readonly path: 'fast'; readonly born: number }
  /** Look the id up first, once the projection has passed the partition's end; `born` is taken before asking for it. */
  | { readonly path: 'slow'; readonly born: number }
  /** Too far ahead: `VALIDATION_FAILED`. */
  | { readonly path: 'refused' };

/** How a message with this `client_id` is sent by a node whose clock says `now` (Unix ms). */
export function sendPath(clientId: string, now: number): SendPath {
  const time = timeOfUuidV7(clientId);
  if (time === undefined) return { path: 'slow', born: now };
  const age = now - time;
  if (age < -CLIENT_ID_AHEAD_MS) return { path: 'refused' };
  if (age >= -FAST_AHEAD_MS && age < FAST_AGE_MS) return { path: 'fast', born: time };
  return { path: 'slow', born: now };
}

/** A UUIDv7 in lower case, so that every spelling names the same message; any other key as it is. */
export function canonicalClientId(clientId: string): string {
  return timeOfUuidV7(clientId) === undefined ? clientId : clientId.toLowerCase();
}
