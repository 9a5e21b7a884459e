import { describe, expect, test } from '@jest/globals';
import { privateRoomId, type Role, type RoomKind, type Visibility } from '@parley/contracts';
import { Story, ann, bob, cid, eve, id, person, type Draft } from './story.js';

const pair = privateRoomId(ann, bob);

function create(
  kind: RoomKind,
  members: readonly (readonly [string, Role])[],
  visibility: Visibility = 'private',
): Draft {
  const assistant = { mode: 'always', model: null, system_prompt: null } as const;
  const named = members.map(([user, role]) => ({ ...person(user), role }));
  return { type: 'room.created', by: ann, kind, name: null, visibility, members: named, assistant };
}

const WHOLE = 'private';
const owner = [ann, 'owner'] as const;

describe('who may be in a room from the beginning', () => {
  test.each([
    ['a group of its owner', create('group', [owner]), undefined, null],
    ['a public group', create('group', [owner, [bob, 'member']], 'public'), undefined, null],
    ['a group without its author', create('group', [[bob, 'owner']]), undefined, 'forbidden'],
    [
      'a group led by another',
      create('group', [
        [ann, 'admin'],
        [bob, 'owner'],
      ]),
      undefined,
      'forbidden',
    ],
    [
      'one who is named twice',
      create('group', [owner, [bob, 'member'], [bob, 'admin']]),
      undefined,
      'forbidden',
    ],
    ['a conversation of one', create('conversation', [owner]), undefined, null],
    [
      'a conversation of two',
      create('conversation', [owner, [bob, 'member']]),
      undefined,
      'forbidden',
    ],
    ['a public conversation', create('conversation', [owner], 'public'), undefined, 'forbidden'],
    [
      'a private room of two under its own id',
      create(WHOLE, [
        [ann, 'member'],
        [bob, 'member'],
      ]),
      pair,
      null,
    ],
    ['a private room of two owners', create(WHOLE, [owner, [bob, 'owner']]), pair, null],
    [
      'a private room under another id',
      create(WHOLE, [owner, [bob, 'owner']]),
      id(0x999),
      'forbidden',
    ],
    [
      'a private room of three',
      create(WHOLE, [owner, [bob, 'owner'], [cid, 'member']]),
      pair,
      'forbidden',
    ],
    ['a private room of one', create(WHOLE, [owner]), pair, 'forbidden'],
    ['a public private room', create(WHOLE, [owner, [bob, 'owner']], 'public'), pair, 'forbidden'],
  ])('%s', (_what, draft, roomId, verdict) => {
    expect(new Story(roomId).why(draft)).toBe(verdict);
  });
});

test('a room is created once', () => {
  const story = new Story(pair);
  const draft = create('private', [owner, [bob, 'owner']]);
  expect(story.why(draft)).toBeNull();
  expect(story.why({ ...draft, by: bob })).toBe('room_exists');
});

test('nothing can be done in a room that was never created', () => {
  const story = new Story();
  story.post(ann);
  expect(story.last.outcome.reason).toBe('no_such_room');
  expect(story.why({ type: 'room.updated', by: ann, name: 'x' }, { basis: 5 })).toBe(
    'no_such_room',
  );
  expect(story.start(id(0x500)).reason).toBe('no_such_room');
});

test('a private room keeps its two members', () => {
  const story = new Story(pair);
  story.tell(create('private', [owner, [bob, 'owner']]));
  expect(story.why({ type: 'member.joined', by: ann, ...person(eve), role: 'member' })).toBe(
    'forbidden',
  );
  for (const reason of ['left', 'kicked', 'banned'] as const) {
    const user_id = reason === 'left' ? ann : bob;
    expect(story.why({ type: 'member.left', by: ann, user_id, reason })).toBe('forbidden');
  }
  expect(story.why({ type: 'member.changed', by: ann, user_id: bob, role: 'member' })).toBe(
    'forbidden',
  );
  expect(story.why({ type: 'room.updated', by: ann, visibility: 'public' })).toBe('forbidden');
});

test('a conversation keeps its owner, who alone changes it', () => {
  const story = new Story();
  story.tell(create('conversation', [owner]));
  expect(story.why({ type: 'member.joined', by: ann, ...person(bob), role: 'member' })).toBe(
    'forbidden',
  );
  expect(story.why({ type: 'member.left', by: ann, user_id: ann, reason: 'left' })).toBe(
    'forbidden',
  );
  expect(story.why({ type: 'room.updated', by: bob, name: 'mine' })).toBe('not_a_member');
  expect(story.why({ type: 'room.updated', by: ann, name: 'Plans' })).toBeNull();
  expect(story.room.settings?.name).toBe('Plans');
});

test('an update changes what it names and leaves the rest', () => {
  const story = new Story().group();
  story.wait(5000).tell({ type: 'room.updated', by: bob, visibility: 'unlisted' });
  expect(story.room.settings).toMatchObject({
    name: 'Harbour',
    visibility: 'unlisted',
    assistant: { mode: 'mention' },
    updated_at: story.now,
    settings_seq: story.seq,
  });
  story.tell({ type: 'room.updated', by: bob, assistant: null, name: null });
  expect(story.room.settings).toMatchObject({
    name: null,
    visibility: 'unlisted',
    assistant: null,
  });
});
