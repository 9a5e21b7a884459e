/** What was asked on the command line. */
import { parseArgs } from 'node:util';

export const HELP = `A room of Parley in your terminal.

  npm run chat -- --user <name> --room <name or id> [options]

  --user <name>        your user name or e-mail; a new one is registered
  --room <name or id>  the room: yours, or a public one, or a new public one of that name (default: general)
  --password <text>    else PARLEY_PASSWORD, else the demo password on this machine, else you are asked
  --url <address>      where Parley is (default: PARLEY_URL, else http://127.0.0.1:8000)
  --history <n>        messages to show at first, 0-100 (default: 20)
  --json               events as JSON lines
  --wait               with piped input: also wait for the answers to what was sent
  --timeout <seconds>  with piped input: how long to wait at its end for the next sign (default: 60)
  --help

In the room, a line is a message. @ai asks the model. ${'/help'} lists the commands; Ctrl-D or /quit ends.
With piped input every line is sent, and the program ends when all of them are acknowledged.
Messages go to the standard output, notes to the standard error.
`;

export interface Settings {
  readonly user: string;
  readonly room: string;
  readonly password: string | null;
  /** Without a trailing slash. */
  readonly http: string;
  readonly ws: string;
  readonly history: number;
  readonly json: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Opens the demo accounts of a fresh installation, and is the password of those registered from here without one. */
const DEMO_PASSWORD = 'parley-demo';

/** The settings; `help` when that was asked for. Throws an Error that says what is wrong. */
export function readArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Settings | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      user: { type: 'string' },
      room: { type: 'string', default: 'general' },
      password: { type: 'string' },
      url: { type: 'string' },
      history: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
      wait: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '60' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.user === undefined || values.user === '') throw new Error('--user is missing.');
  const url = address(values.url ?? env['PARLEY_URL'] ?? 'http://127.0.0.1:8000');
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const http = url.href.replace(/\/$/, '');
  return {
    user: values.user,
    room: values.room,
    password: values.password ?? env['PARLEY_PASSWORD'] ?? (local ? DEMO_PASSWORD : null),
    http,
    ws: `${http.replace(/^http/, 'ws')}/ws`,
    history: count('--history', values.history, 0, 100),
    json: values.json,
    wait: values.wait,
    timeoutMs: count('--timeout', values.timeout, 1, 86_400) * 1000,
  };
}

function address(text: string): URL {
  const whole = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(whole) || !/^https?:/.test(whole)) {
    throw new Error(`--url: ${text} is no http(s) address.`);
  }
  const url = new URL(whole);
  url.search = '';
  url.hash = '';
  return url;
}

function count(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${name}: ${text} is no whole number from ${min} to ${max}.`);
  }
  return value;
}
