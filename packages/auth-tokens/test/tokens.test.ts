import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ParleyError } from '@parley/contracts';
import { createTokens } from '@parley/auth-tokens';
import jwt from 'jsonwebtoken';

const SECRET = 'a secret of at least thirty-two bytes';
const identity = {
  user_id: '0b8f1f0e-0000-4000-8000-000000000001',
  session_id: '0b8f1f0e-0000-4000-8000-000000000002',
};
const id = '0b8f1f0e-0000-4000-8000-000000000003';
const START = Date.UTC(2030, 0, 1);

function setUp(secret = SECRET) {
  const clock = { time: START, now: () => clock.time };
  return { clock, tokens: createTokens({ secret, accessMinutes: 15, refreshDays: 7, clock }) };
}

function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ParleyError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Claims that are right in every way, for tokens that are wrong in one. */
const claims = {
  typ: 'access',
  sub: identity.user_id,
  sid: identity.session_id,
  exp: START / 1000 + 60,
  iss: 'parley',
  aud: 'parley',
};
const without = (name: keyof typeof claims): object =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
const header = { alg: 'HS256', typ: 'JWT' };
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  it('says whom it speaks for', () => {
    const { tokens } = setUp();
    expect(tokens.verifyAccess(tokens.issueAccess(identity))).toEqual(identity);
    expect(tokens.verifyRefresh(tokens.issueRefresh(identity, id))).toEqual({ ...identity, id });
    expect(tokens.verifyTicket(tokens.issueTicket(identity, id))).toEqual({
      ...identity,
      id,
      expires_at: START + 30_000,
    });
  });

  it.each([
    ['access', 15 * 60],
    ['refresh', 7 * 86_400],
    ['ticket', 30],
  ] as const)('of kind %s ends after %i s by the clock of the service', (kind, seconds) => {
    const { clock, tokens } = setUp();
    const issue = {
      access: () => tokens.issueAccess(identity),
      refresh: () => tokens.issueRefresh(identity, id),
      ticket: () => tokens.issueTicket(identity, id),
    }[kind];
    const verify = {
      access: tokens.verifyAccess,
      refresh: tokens.verifyRefresh,
      ticket: tokens.verifyTicket,
    }[kind];
    const token = issue();
    clock.time = START + seconds * 1000 - 1;
    expect(refusal(() => verify(token))).toBe('accepted');
    clock.time = START + seconds * 1000;
    expect(refusal(() => verify(token))).toBe('AUTH_FAILED');
  });

  it('serves one purpose', () => {
    const { tokens } = setUp();
    const access = tokens.issueAccess(identity);
    const refresh = tokens.issueRefresh(identity, id);
    const ticket = tokens.issueTicket(identity, id);
    expect(refusal(() => tokens.verifyAccess(refresh))).toBe('AUTH_FAILED');
    expect(refusal(() => tokens.verifyAccess(ticket))).toBe('AUTH_FAILED');
    expect(refusal(() => tokens.verifyRefresh(access))).toBe('AUTH_FAILED');
    expect(refusal(() => tokens.verifyRefresh(ticket))).toBe('AUTH_FAILED');
    expect(refusal(() => tokens.verifyTicket(access))).toBe('AUTH_FAILED');
    expect(refusal(() => tokens.verifyTicket(refresh))).toBe('AUTH_FAILED');
  });

  it('is the same one when it is issued again for the same moment', () => {
    const { clock, tokens } = setUp();
    const refresh = tokens.issueRefresh(identity, id, START + 86_400_000);
    const access = tokens.issueAccess(identity, START);
    clock.time += 5000;
    expect(tokens.issueRefresh(identity, id, START + 86_400_000)).toBe(refresh);
    expect(tokens.issueAccess(identity, START)).toBe(access);
  });
});

describe('a forged token', () => {
  const forgeries: Record<string, string> = {
    'without a signature (alg none)': `${part({ ...header, alg: 'none' })}.${part(claims)}.`,
    'of another secret': jwt.sign(claims, 'another secret of thirty-two bytes!!'),
    'of another algorithm': jwt.sign(claims, SECRET, { algorithm: 'HS512' }),
    'with a key id': jwt.sign(claims, SECRET, { keyid: '../../../../dev/null' }),
    'signed with an empty key for its key id': forgedWithEmptyKey(),
    'of another issuer': jwt.sign({ ...claims, iss: 'someone' }, SECRET),
    'for another audience': jwt.sign({ ...claims, aud: 'someone' }, SECRET),
    'without an end': jwt.sign(without('exp'), SECRET),
    'without a type': jwt.sign(without('typ'), SECRET),
    'of an unknown type': jwt.sign({ ...claims, typ: 'admin' }, SECRET),
    'with changed claims': `${part(header)}.${part({ ...claims, sub: id })}.${jwt.sign(claims, SECRET).split('.')[2] ?? ''}`,
    'that is no token': 'x.y.z',
    'that is empty': '',
  };

  it('differs from a good one only by what is wrong with it', () => {
    expect(refusal(() => setUp().tokens.verifyAccess(jwt.sign(claims, SECRET)))).toBe('accepted');
  });

  it.each(Object.entries(forgeries))('%s is refused', (_, token) => {
    expect(refusal(() => setUp().tokens.verifyAccess(token))).toBe('AUTH_FAILED');
  });
});

describe('what is stored of a token', () => {
  it('is its SHA-256', () => {
    expect(setUp().tokens.hash('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

it('needs a secret', () => {
  expect(() => setUp('')).toThrow(RangeError);
});

function forgedWithEmptyKey(): string {
  const unsigned = `${part({ ...header, kid: '/dev/null' })}.${part(claims)}`;
  return `${unsigned}.${createHmac('sha256', '').update(unsigned).digest('base64url')}`;
}
