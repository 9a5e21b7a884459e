/** Limits, as clients are told them. */
import type { RateVerdict } from '@parley/ports';
import type { RequestHandler, Response } from 'express';
import type { GatewayPorts } from '../ports.js';
import { takePoint } from '../use-cases/message-limit.js';

/** `RateLimit-*`: points per window, points left, seconds until they come back. Nothing where there is no limit. */
export function setRateHeaders(res: Response, verdict: RateVerdict): void {
  if (verdict.limit === 0) return;
  res.set({
    'RateLimit-Limit': String(verdict.limit),
    'RateLimit-Remaining': String(verdict.remaining),
    'RateLimit-Reset': String(Math.ceil(verdict.resetMs / 1000)),
  });
}

/** Limits requests per client address. */
export function limitRequests(ports: Pick<GatewayPorts, 'limiter'>): RequestHandler {
  return async (req, res, next) => {
    setRateHeaders(res, await takePoint(ports, 'requests', addressKey(req.ip ?? 'unknown')));
    next();
  };
}

/** One key per client: of an IPv6 address the first 64 bits, since whoever has one address has all those below them. */
export function addressKey(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
