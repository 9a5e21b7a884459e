import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Rig, message } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.stop());

test('a draining edge tells its clients to move, answers what they sent, and closes with 1012', async () => {
  const [ann, ben] = [await rig.somebody(), await rig.somebody()];
  const room = await rig.room([ann, ben]);
  const edge = await rig.edge({ drainSpreadMs: 300 });
  const [hers, his, silent] = [await edge.connect(ann), await edge.connect(ben), await edge.open()];
  const frame = message(room, 'a last word');
  hers.say(frame);
  expect(await hers.lives()).toBe(true);
  const drained = edge.edge.drain();

  const { retry_after_ms } = await hers.heard('draining');
  expect(retry_after_ms).toBeLessThanOrEqual(300);
  await hers.heard('message.posted', ({ client_id }) => client_id === frame.client_id);
  expect(await hers.closed()).toMatchObject({ code: 1012 });
  expect(await his.closed()).toMatchObject({ code: 1012 });
  expect(await silent.closed()).toMatchObject({ code: 1012 });
  await drained;
  expect(edge.edge.connections).toBe(0);

  const late = await edge.open();
  expect(await late.closed()).toMatchObject({ code: 1012 });
});
