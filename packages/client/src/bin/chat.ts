/** `npm run chat`: the terminal client. See `--help`. */
import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { connectWs } from '../node.js';
import { systemClock } from '../system.js';
import { HELP, readArguments, type Settings } from '../terminal/arguments.js';
import { chat, what } from '../terminal/chat.js';
import { jsonOutput, plainOutput, type Output } from '../terminal/output.js';
import { Screen } from '../terminal/screen.js';
import { painter } from '../terminal/text.js';

const { stdin, stdout, stderr, env } = process;
const out = (text: string): void => void stdout.write(text);
const err = (text: string): void => void stderr.write(text);

/** From Ctrl-C to the end, at most, in ms. */
const GRACE_MS = 2000;

async function main(): Promise<number> {
  let settings: Settings;
  try {
    const read = readArguments(process.argv.slice(2), env);
    if (read === 'help') {
      out(HELP);
      return 0;
    }
    settings = read;
  } catch (error) {
    err(`${what(error)}\n--help says more.\n`);
    return 2;
  }
  const password = settings.password ?? (await ask(`Password of ${settings.user}: `));
  if (password === '') {
    err('A password is needed: --password or PARLEY_PASSWORD.\n');
    return 2;
  }

  const quit = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // npm passes a Ctrl-C on, so that it comes twice: the second one changes nothing.
    process.on(signal, () => quit.abort());
  }
  const { line, output, screen } = open(settings);
  const lines = {
    [Symbol.asyncIterator]: (
      (begun) => () =>
        begun
    )(line[Symbol.asyncIterator]()),
  };
  line.on('SIGINT', () => quit.abort());
  // A server that does not answer must not keep somebody who wants to go.
  quit.signal.addEventListener('abort', () => systemClock.after(GRACE_MS, () => process.exit(130)));
  try {
    return await chat(
      {
        settings: { ...settings, password },
        output,
        line,
        lines,
        screen,
        connect: (url) => connectWs(url),
        print: out,
      },
      quit.signal,
    );
  } catch (error) {
    output.close();
    err(`${what(error)}\n`);
    return 1;
  } finally {
    line.close();
  }
}

function open(settings: Settings): { line: Interface; output: Output; screen: Screen | null } {
  const paint = painter(stdout.isTTY && (env['NO_COLOR'] ?? '') === '');
  if (stdin.isTTY && stdout.isTTY && !settings.json) {
    const line = createInterface({ input: stdin, output: stdout, terminal: true, prompt: '> ' });
    const terminal = {
      get columns() {
        return stdout.columns;
      },
      write: out,
      batch(task: () => void) {
        stdout.cork();
        task();
        stdout.uncork();
      },
    };
    const screen = new Screen(terminal, line, paint, stdin);
    return { line, output: screen, screen };
  }
  const line = createInterface({ input: stdin, terminal: false });
  const output = settings.json ? jsonOutput({ out, err }) : plainOutput({ out, err }, paint);
  return { line, output, screen: null };
}

/** Asks without showing what is typed; the empty string where nobody can be asked. */
async function ask(question: string): Promise<string> {
  if (!stdin.isTTY) return '';
  err(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: stdin, output: silent, terminal: true });
  const answer = await new Promise<string>((resolve) => {
    line.once('close', () => resolve(''));
    line.once('SIGINT', () => line.close());
    line.question('', resolve);
  });
  line.close();
  err('\n');
  return answer;
}

// A socket that waits for the other side to say good-bye must not keep us; what was written must get out.
const code = await main();
stdout.write('', () => process.exit(code));
