import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OFFSETS_PER_EPOCH, type Message, type Page, type Room } from '@parley/contracts';
import type { Person } from './client.js';
import { openWorld, type World } from './world.js';

let world: World;
let ann: Person;
let room: Room;
const all: Message[] = [];
beforeAll(async () => {
  world = await openWorld();
  ann = await world.signUp('ann');
  room = await ann.makeGroup();
  for (let i = 1; i <= 12; i++) all.push(await ann.say(room.id, `message ${i}`));
});
afterAll(() => world.close());

const page = async (query = ''): Promise<Page<Message>> =>
  (await ann.get<Page<Message>>(`/api/chat/rooms/${room.id}/messages${query}`)).body;
const orders = ({ items }: Page<Message>): number[] => items.map((message) => message.order);
const seqOf = (order: number): number => all[order - 1]?.seq ?? -1;

describe('history', () => {
  it('is the latest page, ascending', async () => {
    expect((await page()).items).toEqual(all);
    expect(orders(await page('?limit=5'))).toEqual([8, 9, 10, 11, 12]);
  });

  it('leads back to the beginning, each message once', async () => {
    const walked: number[][] = [];
    for (let next: string | null = ''; next !== null;) {
      const query: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const current: Page<Message> = await page(`?limit=5${query}`);
      walked.push(orders(current));
      next = current.next_cursor;
    }
    expect(walked).toEqual([
      [8, 9, 10, 11, 12],
      [3, 4, 5, 6, 7],
      [1, 2],
    ]);
  });

  it('has the page just older than a message', async () => {
    const older = await page(`?limit=3&before=${seqOf(6)}`);
    expect(orders(older)).toEqual([3, 4, 5]);
    const beginning = await page(`?limit=3&before=${seqOf(3)}`);
    expect({ orders: orders(beginning), next: beginning.next_cursor }).toEqual({
      orders: [1, 2],
      next: null,
    });
  });

  it('has the page just newer than a message, from which the cursor leads back', async () => {
    const newer = await page(`?limit=3&after=${seqOf(6)}`);
    expect(orders(newer)).toEqual([7, 8, 9]);
    const back = await page(`?limit=3&cursor=${encodeURIComponent(newer.next_cursor ?? '')}`);
    expect(orders(back)).toEqual([4, 5, 6]);
    expect(orders(await page(`?after=${seqOf(12)}`))).toEqual([]);
    expect((await page('?limit=2&after=0')).next_cursor).toBeNull();
  });
});

describe('reading at least up to a seq', () => {
  const last = (): number => seqOf(12);
  it('shows one’s own writes', async () => {
    const { seq } = await ann.say(room.id, 'one more');
    expect((await page(`?at_least=${seq}`)).items.at(-1)?.seq).toBe(seq);
    expect((await ann.get(`/api/chat/rooms/${room.id}?at_least=${seq}`)).status).toBe(200);
  });

  it('is refused with 503 for what is not there within 2 s', async () => {
    const path = `/api/chat/rooms/${room.id}/messages?at_least=${last() + 1000}`;
    const { status, body, headers } = await ann.get(path);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'UNAVAILABLE' });
    expect(headers.get('retry-after')).toBe('1');
  });

  it('is refused for a later log, and granted for an earlier one', async () => {
    const path = `/api/chat/rooms/${room.id}/messages`;
    const later = last() + OFFSETS_PER_EPOCH;
    expect((await ann.get(`${path}?at_least=${later}`)).status).toBe(503);
    const earlier = last() % OFFSETS_PER_EPOCH;
    expect((await ann.get(`${path}?at_least=${earlier}`)).status).toBe(200);
  });
});
