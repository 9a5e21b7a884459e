import { describe, expect, it } from '@jest/globals';
import { uuidV7, type Seq } from '@parley/contracts';
import { judged } from './checker/judged.js';
import { ANN, invoke, ok, twoTalk } from './checker/story.js';

/** Ann asks for `a`, then for `b`; the log has `b` first. How she asked is each test's. */
function changedPlaces() {
  const story = twoTalk();
  const born = story.now;
  const ids = { a: uuidV7(born, new Uint8Array(10)), b: uuidV7(born, new Uint8Array(10).fill(1)) };
  const write = (content: 'a' | 'b'): Seq => {
    const seq = story.post(ANN, content, { clientId: ids[content], born });
    for (const client of ['ann', 'ben']) story.hears(client, 1, story.frame(seq));
    return seq;
  };
  return {
    story,
    write,
    asks: (content: 'a' | 'b', client: string) =>
      story.clients.push(invoke(`op-${content}`, client, ANN, content, ids[content])),
    answered: (content: 'a' | 'b', seq: Seq) =>
      story.clients.push(ok(`op-${content}`, seq, ANN, content, ids[content])),
    fails: (content: 'a' | 'b', client: string) => {
      const frame = { type: 'error', code: 'UNAVAILABLE', message: '', ref: ids[content] } as const;
      story.hears(client, 1, frame);
    },
  };
}

describe('I3: a sender’s own order', () => {
  it('is broken when what was acknowledged first stands behind what was asked after that', () => {
    // The log is judged as it stands at the end: the second was given a place before the first.
    const { story, write, asks, answered } = changedPlaces();
    const b = write('b');
    const a = write('a');
    asks('a', 'rest/ann');
    answered('a', a);
    asks('b', 'rest/ann');
    answered('b', b);
    expect(judged(story.lines())).toEqual(['I3']);
  });

  it('is broken across devices too, once there was an answer', () => {
    const { story, write, asks, answered } = changedPlaces();
    const b = write('b');
    const a = write('a');
    asks('a', 'ann');
    answered('a', a);
    asks('b', 'rest/ann');
    answered('b', b);
    expect(judged(story.lines())).toEqual(['I3']);
  });

  it('is broken when two sends of one connection overtake each other, answered or not', () => {
    const { story, write, asks, answered } = changedPlaces();
    asks('a', 'ann');
    asks('b', 'ann');
    answered('b', write('b'));
    answered('a', write('a'));
    expect(judged(story.lines())).toEqual(['I3']);
  });

  it('is found broken behind another device’s message that stands further on', () => {
    const { story, write, asks, answered } = changedPlaces();
    asks('a', 'ann');
    asks('b', 'ann');
    story.clients.push(invoke('op-far', 'rest/ann', ANN, 'far'));
    const b = write('b');
    const a = write('a');
    const far = story.post(ANN, 'far');
    for (const client of ['ann', 'ben']) story.hears(client, 1, story.frame(far));
    story.clients.push(ok('op-far', far, ANN, 'far'));
    answered('a', a);
    answered('b', b);
    expect(judged(story.lines())).toEqual(['I3']);
  });

  it('is not promised to two REST requests that are under way together', () => {
    const { story, write, asks, answered } = changedPlaces();
    asks('a', 'rest/ann');
    asks('b', 'rest/ann');
    const b = write('b');
    answered('a', write('a'));
    answered('b', b);
    expect(judged(story.lines())).toEqual([]);
  });

  it('is not promised to a send that was refused for now and tried again', () => {
    const { story, write, asks, answered, fails } = changedPlaces();
    asks('a', 'ann');
    asks('b', 'ann');
    fails('a', 'ann');
    answered('b', write('b'));
    answered('a', write('a'));
    expect(judged(story.lines())).toEqual([]);
  });

  it('is not promised over a connection that was lost before the answer', () => {
    const { story, write, asks, answered } = changedPlaces();
    asks('a', 'ann');
    asks('b', 'ann');
    const [b, a] = [write('b'), write('a')];
    story.clients.push({ type: 'closed', client: 'ann', connection: 1, code: 1006 });
    story.connects('ann', ANN, 2, story.seq);
    answered('a', a);
    answered('b', b);
    expect(judged(story.lines())).toEqual([]);
  });
});
