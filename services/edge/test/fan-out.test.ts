import { beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  messageId,
  roomKey,
  uuidV7,
  type ControlFrame,
  type RoomEvent,
  type ServerFrame,
  type User,
  type Uuid,
} from '@parley/contracts';
import { MEMORY_MS, PartitionView, iso } from '@parley/domain';
import { FanOut } from '../src/fan-out.js';
import type { Hearer } from '../src/hearer.js';
import { Ring } from '../src/ring.js';
import { LocalRoom, Rooms } from '../src/rooms.js';
import { Turns } from '../src/turns.js';
import { metrics } from './rig.js';

const LOG = randomUUID();
const ROOM = randomUUID();
const [ANN, BEN, CARL] = [randomUUID(), randomUUID(), randomUUID()];
const NOW = 1_800_000_000_000;

/** A connection that writes down what it is sent, send by send. */
class Ear implements Hearer {
  readonly sends: ServerFrame[][] = [];
  readonly sessionId = randomUUID();
  readonly admitted = true;
  readonly closed = false;
  readonly congested = false;
  readonly roomIds = new Set<Uuid>();
  readonly notices = new Map();
  readonly lags = new Map();
  readonly unnamed = new Map();
  readonly awaited = new Map();
  readonly ungiven = new Set<Uuid>();
  readonly reads = new Turns(1);
  naming = false;
  sessionEndsAt = 0;
  constructor(readonly userId: Uuid) {}
  get user(): User {
    throw new Error('nobody asks');
  }
  send(data: string | Uint8Array): void {
    const text = Buffer.from(data as Uint8Array).toString('utf8');
    this.sends.push(([JSON.parse(text)] as ServerFrame[][]).flat());
  }
  tell(frame: ControlFrame): void {
    this.sends.push([frame]);
  }
  writable(): Promise<boolean> {
    return Promise.resolve(true);
  }
  expectDrain(): void {
    throw new Error('never congested');
  }
  end(): void {
    throw new Error('never ended');
  }
  /** What it heard: one list of contents or types per send. */
  get heard(): string[][] {
    return this.sends.map((frames) =>
      frames.map((frame) => (frame.type === 'message.posted' ? frame.content : frame.type)),
    );
  }
}

let view: PartitionView;
let rooms: Rooms;
let room: LocalRoom;
let fanOut: FanOut;
let ears: Map<Uuid, Ear>;
const joined: Uuid[] = [];

beforeEach(() => {
  view = new PartitionView({ partition: 0, logId: LOG, epoch: 1, from: 0, maxKept: 100 });
  view.host(ROOM, undefined, 0);
  rooms = new Rooms();
  const state = view.room(ROOM);
  if (state === undefined) throw new Error('it was hosted');
  room = new LocalRoom(0, state, new Ring(100, view.seqOf(0)), NOW);
  rooms.add(room);
  ears = new Map([ANN, BEN, CARL].map((id) => [id, new Ear(id)]));
  joined.length = 0;
  fanOut = new FanOut(
    rooms,
    {
      joined: (_, userId) => {
        joined.push(userId);
        const ear = ears.get(userId);
        if (ear !== undefined) rooms.hear(room, ear);
      },
      left: (_, userId) => {
        const ear = ears.get(userId);
        if (ear !== undefined) rooms.depart(room, ear, NOW);
      },
    },
    metrics,
  );
});

function take(type: RoomEvent['type'], by: Uuid, fields: object): void {
  const event = {
    v: 1,
    id: randomUUID(),
    log: LOG,
    type,
    room_id: ROOM,
    born: iso(NOW),
    by,
    ...fields,
  };
  const key = roomKey(ROOM, type === 'room.created' || type.startsWith('member.'));
  const value = Buffer.from(JSON.stringify(event));
  const taken = view.take({ offset: view.next, at: NOW, key, value });
  if (taken.judged === undefined) throw new Error(`${type} was not judged`);
  fanOut.take(taken.judged);
}

const person = (user_id: Uuid) => ({ user_id, username: null, display_name: 'x' });
function create(...members: Uuid[]): void {
  take('room.created', ANN, {
    ...{ kind: 'group', name: 'r', visibility: 'public', assistant: null },
    members: members.map((id) => ({ ...person(id), role: id === ANN ? 'owner' : 'member' })),
  });
  fanOut.flush();
  for (const ear of ears.values()) ear.sends.length = 0;
}
function post(by: Uuid, content: string): void {
  const client_id = uuidV7(NOW - MEMORY_MS, Buffer.from(randomUUID()));
  const id = messageId(ROOM, by, client_id);
  take('message.posted', by, { id, client_id, content, sender_name: 'x' });
}
const ear = (id: Uuid): Ear => ears.get(id) ?? new Ear(id);

describe('fan-out', () => {
  test('sends all events of a batch at once to everybody, in one shared buffer', () => {
    create(ANN, BEN);
    post(ANN, 'one');
    post(BEN, 'two');
    post(ANN, 'three');
    expect(ear(ANN).heard).toEqual([]);
    fanOut.flush();
    expect(ear(ANN).heard).toEqual([['one', 'two', 'three']]);
    expect(ear(BEN).heard).toEqual([['one', 'two', 'three']]);
    expect(ear(CARL).heard).toEqual([]);
  });

  test('ends what the kicked one hears at his own leaving, in the midst of a batch', () => {
    create(ANN, BEN);
    post(ANN, 'before');
    take('member.left', ANN, { user_id: BEN, reason: 'kicked', basis: view.seqOf(0) });
    post(ANN, 'after');
    fanOut.flush();
    expect(ear(BEN).heard.flat()).toEqual(['before', 'member.left']);
    expect(ear(ANN).heard.flat()).toEqual(['before', 'member.left', 'after']);
  });

  test('begins what a new member hears behind his joining', () => {
    create(ANN, BEN);
    post(ANN, 'before');
    take('member.joined', CARL, { ...person(CARL), role: 'member', basis: 0 });
    post(ANN, 'after');
    fanOut.flush();
    expect(joined).toContain(CARL);
    expect(ear(CARL).heard.flat()).toEqual(['after']);
    expect(ear(BEN).heard.flat()).toEqual(['before', 'member.joined', 'after']);
  });

  test('keeps what was applied in the ring, and nothing that was void', () => {
    create(ANN, BEN);
    post(ANN, 'one');
    post(CARL, 'a stranger');
    take('member.left', ANN, { user_id: CARL, reason: 'kicked', basis: 99 });
    fanOut.flush();
    expect(ear(BEN).heard.flat()).toEqual(['one']);
    expect(room.ring.since(view.seqOf(0)).map(({ frame }) => frame)).toHaveLength(1);
  });

  test('leaves out those who are silent', () => {
    create(ANN, BEN);
    rooms.silence(room, ear(BEN), {});
    post(ANN, 'one');
    fanOut.flush();
    expect(ear(BEN).heard).toEqual([]);
    expect(ear(ANN).heard).toEqual([['one']]);
  });

  test('counts members by what was applied', () => {
    create(ANN, BEN);
    expect(room.memberCount).toBe(2);
    take('member.joined', CARL, { ...person(CARL), role: 'member', basis: 0 });
    take('member.left', BEN, { user_id: BEN, reason: 'left', basis: view.seqOf(0) });
    expect(room.memberCount).toBe(2);
    expect([...rooms.of(BEN)]).toEqual([]);
    expect([...rooms.of(CARL)]).toEqual([room]);
  });
});
