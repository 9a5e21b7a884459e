/** The terminal's screen: messages above the line being typed, an answer growing in place. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openReply, type OpenReply } from '@parley/client';
import { Screen } from '../src/terminal/screen.js';
import { clockTime, painter } from '../src/terminal/text.js';
import { FakeTerminal } from './support/fake-terminal.js';
import { AT, answer, message, reply } from './support/fixtures.js';

let terminal: FakeTerminal;
let screen: Screen;
const time = clockTime(AT);

beforeEach(() => {
  terminal = new FakeTerminal(40);
  screen = new Screen(terminal, terminal.line, painter(false), terminal.keys);
  screen.prompt('room> ');
});
afterEach(() => terminal.line.close());

const writing = (text: string, change: Partial<OpenReply> = {}): OpenReply => ({
  ...openReply(reply({ claim: 5, status: 'generating' }), undefined),
  text,
  complete: true,
  ...change,
});
/** Without the local time of its first row. */
const shown = (): string[] => terminal.shown.map((row) => row.replace(/^\d\d:\d\d /, ''));

test('a message goes above what is being typed, also when that wraps', () => {
  terminal.line.write('half a thought that is longer than one row of this');
  screen.message(message(1));
  screen.note('Bob is online.');
  expect(terminal.shown).toEqual([
    `${time} Bob: message 1`,
    '* Bob is online.',
    'room> half a thought that is longer than',
    ' one row of this',
  ]);
});

test('an entered line makes room for the message that it becomes', () => {
  terminal.line.write('hello\n');
  expect(shown()).toEqual(['room> hello']);
  screen.entered('hello');
  expect(shown()).toEqual(['room>']);
});

test('an answer grows in place, wraps after words, and what others say goes above its last row', () => {
  screen.answer(writing('One'), false);
  screen.answer(writing('One two'), false);
  expect(shown()).toEqual(['gpt-4o:', '      One two', 'room>']);
  screen.answer(writing('One two three four five six seven eight'), false);
  screen.message(message(1));
  expect(shown()).toEqual([
    'gpt-4o:',
    '      One two three four five six seven',
    'Bob: message 1',
    '      eight',
    'room>',
  ]);
  screen.answered(answer(9, 5, 'One two three four five six seven eight nine'));
  expect(shown().slice(3)).toEqual(['      eight nine', 'room>']);
});

test('an answer that is begun anew, and one that ends otherwise', () => {
  screen.answer(writing('Wrong'), false);
  screen.answer(writing('', { claim: 6, complete: false }), true);
  screen.answer(writing('Right', { claim: 6 }), false);
  screen.answered(answer(9, 6, 'Right.'));
  expect(shown()).toEqual([
    'gpt-4o:',
    '      Wrong (begun anew)',
    'gpt-4o:',
    '      Right.',
    'room>',
  ]);
});

test('a second answer waits for its end', () => {
  screen.answer(writing('One'), false);
  screen.answer(writing('Other', { replyId: 'other', model: 'gpt-4' }), false);
  expect(shown()).toEqual(['gpt-4o:', '      One', 'room>']);
});

test('a stopped answer says so', () => {
  screen.answer(writing('Half'), false);
  const stopped = answer(9, 5, 'Half');
  if (stopped.reply !== null) stopped.reply.status = 'stopped';
  screen.answered(stopped);
  expect(shown()).toEqual(['gpt-4o:', '      Half (stopped)', 'room>']);
});

test('after its end nothing is drawn', () => {
  screen.close();
  screen.note('too late');
  expect(terminal.shown).toEqual([]);
});
