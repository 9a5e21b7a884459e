import { ParleyError, type Uuid } from '@parley/contracts';
import type { Limit, RateVerdict } from '@parley/ports';
import type { GatewayPorts } from '../ports.js';

/** A limit is used up; carries what the `RateLimit-*` headers say. */
export class RateLimited extends ParleyError {
  constructor(readonly verdict: RateVerdict) {
    super('RATE_LIMIT_EXCEEDED', 'too many requests', { retryAfterMs: verdict.resetMs });
  }
}

/** Takes a point, or throws {@link RateLimited}. */
export async function takePoint(
  ports: Pick<GatewayPorts, 'limiter'>,
  limit: Limit,
  key: string,
): Promise<RateVerdict> {
  const verdict = await ports.limiter.consume(limit, key);
  if (!verdict.allowed) throw new RateLimited(verdict);
  return verdict;
}

/**
 * Asks both limits of messages for one message of the user; answers what is left of the longer one. The short one first:
 * what it refuses costs nothing of the other.
 */
export async function takeMessagePoint(
  ports: Pick<GatewayPorts, 'limiter'>,
  userId: Uuid,
): Promise<RateVerdict> {
  await takePoint(ports, 'messages-burst', userId);
  return takePoint(ports, 'messages', userId);
}
