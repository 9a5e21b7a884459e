/** A message is shown once; what is said of it again changes it, and older words change nothing. */
import { expect, test } from '@jest/globals';
import { ROOM, edited, message, posted, ready, syncDone, syncState } from './support/fixtures.js';
import { harness } from './support/harness.js';

const texts = (h: ReturnType<typeof harness>) =>
  h.client.rooms.get(ROOM)?.messages.ordered.map(({ content }) => content);

test('an interrupted sync is repeated: known rows are updated, not shown again', async () => {
  const h = harness();
  await h.live();
  h.socket().cut();
  (await h.authenticate()).say(ready(), syncState({ messages: [message(11)], more: true }));
  h.socket().cut();
  const later = message(11, { content: 'edited', changed_seq: 13 });
  (await h.authenticate()).say(
    ready(),
    syncState({ messages: [later, message(12)] }),
    syncDone(13),
  );
  expect(h.events('message').map((e) => e.message.seq)).toEqual([11, 12]);
  expect(h.events('update').map((e) => [e.message.content, e.change])).toEqual([['edited', 'row']]);
  expect(texts(h)).toEqual(['edited', 'message 12']);
});

test('an old message that was changed while away, and is not loaded, is left to history', async () => {
  const h = harness();
  await h.live();
  h.socket().say(posted(11));
  h.socket().cut();
  (await h.authenticate()).say(
    ready(),
    syncState({ messages: [message(5, { changed_seq: 12 }), message(13)] }),
    syncDone(13),
  );
  expect(texts(h)).toEqual(['message 11', 'message 13']);
});

test('a row that is older than an edit does not undo it', async () => {
  const h = harness();
  const socket = await h.live();
  socket.say(posted(11), edited(12, 11, 'edited'), syncState({ messages: [message(11)] }));
  expect(texts(h)).toEqual(['edited']);
});

test('an event that a row already had changes nothing', async () => {
  const h = harness();
  const socket = await h.live();
  const row = message(11, { content: 'twice edited', changed_seq: 13 });
  socket.say(syncState({ messages: [row] }), edited(12, 11, 'once edited'));
  expect(texts(h)).toEqual(['twice edited']);
});

test('the same event twice is one message', async () => {
  const h = harness();
  const socket = await h.live();
  socket.say(posted(11), posted(11));
  expect(h.events('message')).toHaveLength(1);
});
