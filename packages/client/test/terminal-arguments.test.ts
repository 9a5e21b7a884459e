/** The command line of the terminal client. */
import { expect, test } from '@jest/globals';
import { readArguments } from '../src/terminal/arguments.js';
import { messageOf } from '../src/terminal/commands.js';

test('the defaults speak to this machine, with the demo password', () => {
  expect(readArguments(['--user', 'alice'], {})).toEqual({
    user: 'alice',
    room: 'general',
    password: 'parley-demo',
    http: 'http://127.0.0.1:8000',
    ws: 'ws://127.0.0.1:8000/ws',
    history: 20,
    json: false,
    wait: false,
    timeoutMs: 60_000,
  });
});

test('elsewhere a password has to be given', () => {
  const url = ['--user', 'alice', '--url', 'https://chat.example/'];
  expect(readArguments(url, {})).toMatchObject({
    password: null,
    http: 'https://chat.example',
    ws: 'wss://chat.example/ws',
  });
  expect(readArguments(url, { PARLEY_PASSWORD: 'secret' })).toMatchObject({ password: 'secret' });
  expect(
    readArguments([...url, '--password', 'other'], { PARLEY_PASSWORD: 'secret' }),
  ).toMatchObject({ password: 'other' });
});

test.each([
  [[], '--user'],
  [['--user', 'a', '--url', 'ftp://x'], '--url'],
  [['--user', 'a', '--history', '-1'], '--history'],
  [['--user', 'a', '--timeout', 'soon'], '--timeout'],
  [['--user', 'a', '--colour'], '--colour'],
  [['alice'], 'alice'],
])('%j is refused, saying why', (argv, said) => {
  expect(() => readArguments(argv, {})).toThrow(said);
});

test('help is answered whatever else is there', () => {
  expect(readArguments(['--help'], {})).toBe('help');
});

test('a line is a message unless it is empty or a command; two slashes write one', () => {
  expect(messageOf('hello')).toBe('hello');
  expect(messageOf('  indented')).toBe('  indented');
  expect(messageOf('//etc')).toBe('/etc');
  expect(messageOf('/who')).toBeNull();
  expect(messageOf('   ')).toBeNull();
});
