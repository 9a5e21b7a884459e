/**
 * Signed tokens: JSON Web Tokens with one algorithm and one key.
 *
 * What a token may be used for is part of it (`typ`) and checked, so that a refresh token opens nothing and a ticket is
 * not a session. The header decides nothing: any algorithm but HS256, and any `kid`, is refused.
 */
import { createHash } from 'node:crypto';
import { ParleyError, Uuid } from '@parley/contracts';
import type { Clock, Identity, Tokens } from '@parley/ports';
import jwt from 'jsonwebtoken';
import { z } from 'zod';

const ALGORITHM = 'HS256';
const ISSUER = 'parley';
const AUDIENCE = 'parley';
/** A ticket is used by the very next request; 30 s cover a slow network. */
const TICKET_SECONDS = 30;

type Kind = 'access' | 'refresh' | 'ticket';

const Header = z.strictObject({ alg: z.literal(ALGORITHM), typ: z.literal('JWT') });
const Access = z.object({ typ: z.literal('access'), sub: Uuid, sid: Uuid, exp: z.int() });
const Single = Access.extend({ typ: z.enum(['refresh', 'ticket']), jti: Uuid });

export interface TokenOptions {
  /** Signs everything. Whoever has it is everybody. */
  readonly secret: string;
  readonly accessMinutes: number;
  readonly refreshDays: number;
  readonly clock: Pick<Clock, 'now'>;
}

/** Tokens signed with HS256. Throws `RangeError` for an empty secret. */
export function createTokens(options: TokenOptions): Tokens {
  const { secret, clock } = options;
  if (secret === '') throw new RangeError('tokens need a secret');
  const accessSeconds = Math.round(options.accessMinutes * 60);
  const refreshSeconds = Math.round(options.refreshDays * 86_400);
  const now = (): number => Math.floor(clock.now() / 1000);

  const sign = (typ: Kind, identity: Identity, exp: number, rest: object = {}): string =>
    jwt.sign({ typ, sub: identity.user_id, sid: identity.session_id, exp, ...rest }, secret, {
      algorithm: ALGORITHM,
      issuer: ISSUER,
      audience: AUDIENCE,
      // Without the time of issue, the same claims are the same token.
      noTimestamp: true,
    });

  const claimsOf = <T extends z.ZodType>(token: string, schema: T): z.output<T> => {
    try {
      const { header, payload } = jwt.verify(token, secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTimestamp: now(),
        complete: true,
      });
      Header.parse(header);
      return schema.parse(payload);
    } catch (error) {
      throw new ParleyError('AUTH_FAILED', 'the token is not valid', { cause: error });
    }
  };
  const single = (kind: 'refresh' | 'ticket', token: string) => {
    const claims = claimsOf(token, Single.extend({ typ: z.literal(kind) }));
    return {
      user_id: claims.sub,
      session_id: claims.sid,
      id: claims.jti,
      expires_at: claims.exp * 1000,
    };
  };

  return {
    accessSeconds,
    refreshSeconds,
    issueAccess: (identity, issuedAt) =>
      sign(
        'access',
        identity,
        (issuedAt === undefined ? now() : Math.floor(issuedAt / 1000)) + accessSeconds,
      ),
    verifyAccess(token) {
      const claims = claimsOf(token, Access);
      return { user_id: claims.sub, session_id: claims.sid };
    },
    issueRefresh: (identity, id, expiresAt) =>
      sign(
        'refresh',
        identity,
        expiresAt === undefined ? now() + refreshSeconds : Math.floor(expiresAt / 1000),
        { jti: id },
      ),
    verifyRefresh(token) {
      const { user_id, session_id, id } = single('refresh', token);
      return { user_id, session_id, id };
    },
    issueTicket: (identity, id) => sign('ticket', identity, now() + TICKET_SECONDS, { jti: id }),
    verifyTicket: (token) => single('ticket', token),
    hash: (token) => createHash('sha256').update(token).digest('hex'),
  };
}
