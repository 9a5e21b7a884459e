import { describe, expect, it } from '@jest/globals';
import { altered, judged } from './checker/judged.js';
import { ANN, invoke, twoTalk } from './checker/story.js';

describe('I8: the rows are the fold of the log', () => {
  it('a column that differs is noticed', () => {
    const lines = altered(twoTalk().lines(), (line) =>
      line.type === 'row' && line.table === 'messages'
        ? { ...line, row: { ...line.row, order: 7 } }
        : line,
    );
    expect(judged(lines)).toEqual(['I8']);
  });

  it('a row twice, and a row too many, are noticed', () => {
    const lines = twoTalk().lines();
    const row = lines.find((line) => line.type === 'row' && line.table === 'messages');
    if (row === undefined) throw new Error('the story has messages');
    expect(judged([...lines, row])).toEqual(['I8']);
  });

  it('a column that the store does not keep is not asked for', () => {
    const lines = altered(twoTalk().lines(), (line) => {
      if (line.type !== 'row' || line.table !== 'messages') return line;
      const { mentions: _mentions, ...row } = line.row;
      return { ...line, row };
    });
    expect(judged(lines)).toEqual([]);
  });
});

describe('I11: late retries undo nothing', () => {
  it('records that come again in the log are no violation when they changed nothing', () => {
    const story = twoTalk();
    const last = story.records.at(-1);
    if (last === undefined) throw new Error('the story has records');
    story.records.push({ ...last, offset: last.offset + 1, at: last.at + 60_000 });
    expect(judged(story.lines())).toEqual([]);
  });

  it('a stale record that was taken for good is noticed by its rows', () => {
    const story = twoTalk();
    // Eleven minutes old when it was appended: whoever has a row of it applied it.
    const before = new Map(story.rows);
    story.clients.push(invoke('op-3', 'ann', ANN, 'old'));
    story.post(ANN, 'old');
    const late = story.records.at(-1);
    if (late === undefined) throw new Error('the story has records');
    story.records[story.records.length - 1] = { ...late, at: late.at + 11 * 60_000 };
    expect(judged(story.lines())).toContain('I8');
    story.rows.clear();
    for (const [key, row] of before) story.rows.set(key, row);
    expect(judged(story.lines())).not.toContain('I8');
  });
});
