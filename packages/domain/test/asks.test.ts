import { describe, expect, test } from '@jest/globals';
import { replyId, type Assistant, type RoomKind } from '@parley/contracts';
import { asksOf, mentionedNames } from '../src/index.js';
import { id } from './story.js';

const message_id = id(0x400);
const models = {
  all: ['gpt-4o', 'gpt-4o-mini', 'gpt-4', 'gpt-3.5-turbo', 'llama3.1:8b'],
  default: 'gpt-4o',
};

function asked(
  content: string,
  room: {
    mode?: Assistant['mode'] | null;
    of?: string | null;
    kind?: RoomKind;
    model?: string;
  } = {},
): string[] {
  const { mode = 'mention', of = null, kind = 'group', model } = room;
  const assistant = mode === null ? null : { mode, model: of, system_prompt: null };
  const question = {
    message_id,
    content,
    kind,
    assistant,
    ...(model === undefined ? {} : { model }),
  };
  const asks = asksOf(question, models);
  for (const ask of asks) expect(ask.reply_id).toBe(replyId(message_id, ask.model, 0));
  return asks.map((ask) => ask.model);
}

describe('mode mention', () => {
  test.each([
    ['hello', []],
    ['@ai hello', ['gpt-4o']],
    ['hello @AI!', ['gpt-4o']],
    ['你好@ai你好', ['gpt-4o']],
    ['(@gpt-4o-mini)', ['gpt-4o-mini']],
    ['ask @gpt-4.', ['gpt-4']],
    ['ask @gpt-3.5-turbo, please', ['gpt-3.5-turbo']],
    ['@llama3.1:8b: hi', ['llama3.1:8b']],
    ['@GPT-4O', ['gpt-4o']],
    ['@gpt-4o-large', []],
    ['@gpt-4omni', []],
    ['write to me@ai.com or me+x@gpt-4', []],
    ['see https://example.org/@ai', []],
    ['@@ai', []],
    ['@aimee', []],
    ['@gpt-4o and @gpt-4', ['gpt-4o', 'gpt-4']],
    ['@ai and @gpt-4o', ['gpt-4o']],
    ['@gpt-4 @gpt-4', ['gpt-4']],
    ['@ai @gpt-4o-mini @gpt-4 @gpt-3.5-turbo @llama3.1:8b', models.all.slice(0, 4)],
  ])('%j asks %j', (content, expected) => {
    expect(asked(content)).toEqual(expected);
  });
});

test('@ai is the model chosen by the sender, else the room’s, else the default', () => {
  expect(asked('@ai', { of: 'gpt-4' })).toEqual(['gpt-4']);
  expect(asked('@ai', { of: 'gpt-4', model: 'gpt-4o-mini' })).toEqual(['gpt-4o-mini']);
  expect(asked('@ai', { of: 'gpt-4', model: 'no-such' })).toEqual(['gpt-4']);
  expect(asked('@ai', { of: 'retired' })).toEqual(['gpt-4o']);
  expect(asked('hi', { model: 'gpt-4' })).toEqual([]);
});

test('mode always asks without being named, and others where they are named', () => {
  expect(asked('hi', { mode: 'always' })).toEqual(['gpt-4o']);
  expect(asked('hi', { mode: 'always', of: 'gpt-4' })).toEqual(['gpt-4']);
  expect(asked('hi', { mode: 'always', model: 'gpt-4o-mini' })).toEqual(['gpt-4o-mini']);
  expect(asked('@gpt-4 or @gpt-4o?', { mode: 'always' })).toEqual(['gpt-4', 'gpt-4o']);
});

test('a conversation asks as if in mode always', () => {
  expect(asked('hi', { kind: 'conversation' })).toEqual(['gpt-4o']);
});

test('an assistant that is off is not asked, however', () => {
  for (const mode of ['off', null] as const) {
    expect(asked('@ai @gpt-4', { mode, kind: 'conversation' })).toEqual([]);
  }
});

test('people are mentioned by username: lower case, each once, bounded', () => {
  expect(mentionedNames('@Bob, @ann and (@bob): hi @josé_1!')).toEqual(['bob', 'ann', 'josé_1']);
  expect(mentionedNames('bob@example.org @ @! x@y')).toEqual([]);
  expect(mentionedNames('说@小明。')).toEqual(['小明']);
  expect(mentionedNames('@j.doe.')).toEqual(['j.doe']);
  const crowd = Array.from({ length: 80 }, (_, n) => `@user${n}`).join(' ');
  expect(mentionedNames(crowd)).toHaveLength(50);
});

test('a long text is read in no time', () => {
  const hostile = `${'@a.'.repeat(5000)} ${'a@'.repeat(5000)}`;
  expect(mentionedNames(hostile).length).toBeLessThanOrEqual(50);
  expect(asked(hostile)).toEqual([]);
});
