import { describe, expect, test } from '@jest/globals';
import type { Role } from '@parley/contracts';
import { Story, ann, bob, cid, dan, eve, id, person, type Draft } from './story.js';

type Who = 'owner' | 'admin' | 'member' | 'stranger';
const WHO: Record<Who, string> = { owner: ann, admin: bob, member: cid, stranger: eve };
const zoe = id(0x77);

const joined = (role: Role) => (by: string) =>
  ({ type: 'member.joined', by, ...person(zoe), role }) as const;
const left = (user_id: string, reason: 'kicked' | 'banned' | 'left') => (by: string) =>
  ({ type: 'member.left', by, user_id, reason }) as const;
const changed = (user_id: string, role: Role) => (by: string) =>
  ({ type: 'member.changed', by, user_id, role }) as const;

interface Row {
  readonly what: string;
  readonly draft: (by: string, story: Story) => Draft;
  readonly verdicts: Record<Who, string | null>;
}

const NOBODY = 'not_a_member';
const everyMember = { owner: null, admin: null, member: null, stranger: NOBODY };
const leaders = { owner: null, admin: null, member: 'forbidden', stranger: NOBODY };
const owners = { owner: null, admin: 'forbidden', member: 'forbidden', stranger: NOBODY };

// Dan is a member beside the four who try.
const TABLE: Row[] = [
  { what: 'rename', draft: (by) => ({ type: 'room.updated', by, name: 'x' }), verdicts: leaders },
  { what: 'delete the room', draft: (by) => ({ type: 'room.deleted', by }), verdicts: owners },
  { what: 'add a member', draft: joined('member'), verdicts: leaders },
  { what: 'add an admin', draft: joined('admin'), verdicts: leaders },
  { what: 'add an owner', draft: joined('owner'), verdicts: owners },
  { what: 'kick a member', draft: left(dan, 'kicked'), verdicts: leaders },
  { what: 'ban a member', draft: left(dan, 'banned'), verdicts: leaders },
  { what: 'ban a stranger', draft: left(zoe, 'banned'), verdicts: leaders },
  {
    what: 'kick an admin',
    draft: left(bob, 'kicked'),
    verdicts: { ...owners, admin: 'forbidden' },
  },
  {
    what: 'kick the owner',
    draft: left(ann, 'kicked'),
    verdicts: { ...owners, owner: 'forbidden' },
  },
  {
    what: 'send another away as if he left',
    draft: left(dan, 'left'),
    verdicts: { owner: 'forbidden', admin: 'forbidden', member: 'forbidden', stranger: NOBODY },
  },
  { what: 'make a member admin', draft: changed(dan, 'admin'), verdicts: leaders },
  { what: 'make a member owner', draft: changed(dan, 'owner'), verdicts: owners },
  { what: 'demote an admin', draft: changed(bob, 'member'), verdicts: leaders },
  {
    what: 'demote the last owner',
    draft: changed(ann, 'member'),
    verdicts: { ...owners, owner: 'last_owner' },
  },
  {
    what: 'change a stranger',
    draft: changed(zoe, 'admin'),
    verdicts: { ...leaders, owner: 'no_change', admin: 'no_change' },
  },
  {
    what: 'delete another’s message',
    draft: (by, story) => ({
      type: 'message.deleted',
      by,
      message_id: [...story.room.messages.keys()][0] ?? '',
      author: dan,
    }),
    verdicts: leaders,
  },
  {
    what: 'edit another’s message',
    draft: (by, story) => ({
      type: 'message.edited',
      by,
      message_id: [...story.room.messages.keys()][0] ?? '',
      author: by,
      content: 'mine now',
    }),
    verdicts: { owner: 'forbidden', admin: 'forbidden', member: 'forbidden', stranger: NOBODY },
  },
  {
    what: 'react',
    draft: (by) => ({ type: 'reaction.added', by, message_id: id(0x400), emoji: '👍' }),
    verdicts: everyMember,
  },
  {
    what: 'ask again',
    draft: (by) => ({
      type: 'reply.asked',
      by,
      reply_id: id(0x500),
      question_id: id(0x400),
      model: 'gpt-4o',
    }),
    verdicts: everyMember,
  },
];

describe.each(TABLE)('$what', ({ draft, verdicts }) => {
  test.each(Object.entries(verdicts))('%s: %s', (who, verdict) => {
    const story = new Story().group();
    story.post(dan);
    expect(story.why(draft(WHO[who as Who], story))).toBe(verdict);
  });
});

test('people join public and unlisted rooms themselves, private ones not, and as members only', () => {
  const join = { type: 'member.joined', by: eve, ...person(eve), role: 'member' } as const;
  expect(new Story().group({ visibility: 'private' }).why(join)).toBe('forbidden');
  expect(new Story().group({ visibility: 'unlisted' }).why(join)).toBeNull();
  expect(new Story().group({ visibility: 'public' }).why(join)).toBeNull();
  expect(new Story().group({ visibility: 'public' }).why({ ...join, role: 'admin' })).toBe(
    'forbidden',
  );
});

test('joining where one is already changes nothing', () => {
  const story = new Story().group({ visibility: 'public' });
  for (const by of [cid, ann]) {
    expect(story.why({ type: 'member.joined', by, ...person(cid), role: 'member' })).toBe(
      'no_change',
    );
  }
});

test('the last owner cannot leave before naming another; the last member may', () => {
  const story = new Story().group();
  const leave = (user_id: string) =>
    story.why({ type: 'member.left', by: user_id, user_id, reason: 'left' });
  expect(leave(ann)).toBe('last_owner');
  expect(story.why({ type: 'member.changed', by: ann, user_id: bob, role: 'owner' })).toBeNull();
  expect(leave(ann)).toBeNull();
  expect(leave(cid)).toBeNull();
  expect(leave(dan)).toBeNull();
  expect(leave(bob)).toBeNull();
});

test('two owners cannot leave the room to nobody at the same time', () => {
  const story = new Story().group();
  story.tell({ type: 'member.changed', by: ann, user_id: bob, role: 'owner' });
  const both = [ann, bob].map((user_id) =>
    story.draft({ type: 'member.left', by: user_id, user_id, reason: 'left' }),
  );
  expect(both.map((event) => story.append(event).reason)).toEqual([null, 'last_owner']);
});
