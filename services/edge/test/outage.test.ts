import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { until } from '@parley/testkit';
import { Rig, message } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());
afterEach(() => rig.outage.end());

test('while Postgres is away, open rooms go on and people come back to them', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const edge = await rig.edge();
  const [hers, his] = [await edge.connect(ann), await edge.connect(ben)];
  hers.say(message(room, 'before'));
  const before = await his.heard('message.posted');
  await rig.outage.begin();

  hers.say(message(room, 'in the dark'));
  await his.heard('message.posted', ({ content }) => content === 'in the dark');
  his.cut();
  hers.say(message(room, 'while he was away'));
  await hers.heard('message.posted', ({ content }) => content === 'while he was away');
  const again = await edge.connect(ben, { resume: [{ room_id: room.id, after: before.seq }] });
  expect((await again.heard('ready')).partial).toBe(true);
  const done = await again.heard('sync.done');
  expect(done.behind).toBeUndefined();
  expect(again.all('message.posted').map(({ content }) => content)).toEqual([
    'in the dark',
    'while he was away',
  ]);
  again.say(message(room, 'I am back'));
  await hers.heard('message.posted', ({ content }) => content === 'I am back');
});

test('a partial ready is completed when Postgres returns', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const [open, other] = [await rig.room([ann, ben]), await rig.room([ben])];
  await other.post(ben, 'a note');
  const edge = await rig.edge();
  await edge.connect(ann);
  const first = await edge.connect(ben);
  first.cut();
  const elsewhere = await rig.edge();
  await elsewhere.connect(ann);
  await rig.outage.begin();
  // This edge knows one of his rooms, and his name from it.
  const frame = message(open, 'who am I?');
  const his = await elsewhere.open();
  his.say({ type: 'auth', token: ben.token });
  const denied = await his.error();
  expect(denied.code).toBe('UNAVAILABLE');
  expect(await his.closed()).toMatchObject({ code: 1013 });

  const again = await edge.connect(ben);
  const partial = await again.heard('ready');
  expect(partial.partial).toBe(true);
  again.say(frame);
  await again.heard('message.posted', ({ client_id }) => client_id === frame.client_id);
  rig.outage.end();
  const complete = await again.heard('ready', (ready) => ready.partial !== true);
  expect(complete.rooms.map(({ id }) => id).sort()).toEqual([open.id, other.id].sort());
  const seq = await other.post(ben, 'another note');
  await again.heard('message.posted', (posted) => posted.seq === seq);
});

test('a room whose missed events are not in memory is behind, until Postgres returns', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const edge = await rig.edge({ ringEvents: 3 });
  const [hers, first] = [await edge.connect(ann), await edge.connect(ben)];
  first.cut();
  let last = 0;
  for (let n = 0; n < 6; n++) last = await room.post(ann, `m${n}`);
  await hers.heard('message.posted', ({ seq }) => seq === last);
  await rig.outage.begin();
  const point = { room_id: room.id, after: room.created };
  const his = await edge.connect(ben, { resume: [point] });
  expect(await his.heard('sync.done')).toEqual({
    type: 'sync.done',
    room_id: room.id,
    through: room.created,
    behind: true,
  });
  last = await room.post(ann, 'm6');
  await his.heard('message.posted', ({ seq }) => seq === last);
  rig.outage.end();
  await his.heard('ready', (ready) => ready.partial !== true);
  his.frames.length = 0;
  his.say({ type: 'sync', rooms: [point] });
  expect((await his.heard('sync.done')).behind).toBeUndefined();
  const rows = his.all('sync.state').flatMap(({ messages }) => messages);
  const live = his.all('message.posted');
  const contents = [...rows, ...live].map(({ content }) => content);
  expect([...new Set(contents)]).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
});

test('whoever joined meanwhile is given the room whole afterwards, even if he asks from his joining on', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann]);
  await room.post(ann, 'before he came');
  const edge = await rig.edge();
  await edge.connect(ann);
  const his = await edge.connect(ben);
  await rig.outage.begin();
  const joined = await room.join(ben, ann);
  expect(await his.heard('sync.done')).toMatchObject({ through: 0, behind: true });
  rig.outage.end();
  his.frames.length = 0;
  await until('the projection to be back', 5_000, async () => {
    his.say({ type: 'sync', rooms: [{ room_id: room.id, after: joined }] });
    await his.lives();
    return his.all('sync.done').some(({ behind }) => behind === undefined);
  });
  expect(his.all('sync.state')).toMatchObject([
    { reset: true, messages: [{ content: 'before he came' }] },
  ]);
});

test('a question is posted without being put, and its author is told', async () => {
  const ann = await rig.somebody();
  const room = await rig.room([ann], { mode: 'always' });
  const edge = await rig.edge();
  const hers = await edge.connect(ann);
  await rig.outage.begin();
  const frame = message(room, 'are you there?');
  hers.say(frame);
  const posted = await hers.heard('message.posted');
  expect(posted.asks).toBeUndefined();
  expect(await hers.error(frame.client_id)).toMatchObject({ code: 'UNAVAILABLE' });

  // The slow path cannot be taken at all.
  const old = message(room, 'from long ago');
  rig.move(3_600_000);
  hers.say(old);
  expect(await hers.error(old.client_id)).toMatchObject({ code: 'UNAVAILABLE' });
  rig.move(-3_600_000);
});

test('a session that ends while Postgres is away is ended when it returns', async () => {
  const ann = await rig.somebody();
  const edge = await rig.edge();
  const first = await edge.connect(ann);
  await rig.outage.begin();
  first.cut();
  const hers = await edge.connect(ann);
  await rig.revoke(ann);
  rig.outage.end();
  expect(await hers.closed()).toMatchObject({ code: 4409 });
});

test('an edge that starts while Postgres is away waits for it', async () => {
  await rig.outage.begin();
  const starting = rig.edge();
  let started = false;
  void starting.then(() => (started = true));
  await until('a moment', 2_000, () => rig.outage.refusals > 3);
  expect(started).toBe(false);
  rig.outage.end();
  const edge = await starting;
  await edge.connect(await rig.somebody());
});
