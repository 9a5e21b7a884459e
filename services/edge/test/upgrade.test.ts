import { describe, expect, test } from '@jest/globals';
import { addressOf, cookieOf, mayConnect, targetOf } from '../src/upgrade.js';

type Request = Parameters<typeof mayConnect>[0];

function request(headers: Request['headers'], encrypted = false): Request {
  return { headers, url: '/ws', socket: { encrypted, remoteAddress: '10.0.0.9' } } as never;
}
const allowed = new Set(['https://chat.example']);
const may = (origin: string | undefined, host = 'self.example', trustProxy = 0, proto?: string) =>
  mayConnect(
    request({ host, ...(origin && { origin }), ...(proto && { 'x-forwarded-proto': proto }) }),
    allowed,
    trustProxy,
  );

describe('a page may connect', () => {
  test('if it is on the list', () => expect(may('https://chat.example')).toBe(true));
  test('if it came from here', () => expect(may('http://self.example')).toBe(true));
  test('if it came from here through a proxy', () => {
    expect(may('https://self.example', 'self.example', 1, 'https')).toBe(true);
  });
  test('if it is no page at all', () => expect(may(undefined)).toBe(true));
});

describe('a page may not connect', () => {
  test.each([
    'https://evil.example',
    'null',
    'http://chat.example',
    'https://chat.example.evil.example',
    'https://evil-chat.example',
    'https://chat.example:8443',
    'https://CHAT.example',
    'https://self.example',
    'http://self.example:81',
  ])('from %s', (origin) => expect(may(origin)).toBe(false));

  test('by naming a scheme that no proxy vouches for', () => {
    expect(may('https://self.example', 'self.example', 0, 'https')).toBe(false);
  });
});

test('cookies are found by their exact name', () => {
  expect(cookieOf('a=1; access_token=abc.def=; b=2', 'access_token')).toBe('abc.def=');
  expect(cookieOf('xaccess_token=abc', 'access_token')).toBeUndefined();
  expect(cookieOf(undefined, 'access_token')).toBeUndefined();
});

test('paths answer with and without a trailing slash', () => {
  expect(targetOf('/ws')?.path).toBe('/ws');
  expect(targetOf('/ws/?ticket=t')?.path).toBe('/ws');
  expect(targetOf('/ws/?ticket=t')?.query.get('ticket')).toBe('t');
  expect(targetOf('//ws')?.path).not.toBe('/ws');
  expect(targetOf(undefined)).toBeUndefined();
});

test('the address is what the outermost trusted proxy saw', () => {
  const forged = { 'x-forwarded-for': '1.1.1.1, 2.2.2.2, 3.3.3.3' };
  expect(addressOf(request(forged), 0)).toBe('10.0.0.9');
  expect(addressOf(request(forged), 1)).toBe('3.3.3.3');
  expect(addressOf(request(forged), 2)).toBe('2.2.2.2');
});
