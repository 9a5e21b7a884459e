import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { HistoryLine } from '../src/checker/history.js';
import { temporaryDataDir } from '../src/data-dir.js';
import { HistoryRecorder, readHistory } from '../src/torture/recorder.js';

const dir = temporaryDataDir();
afterAll(() => dir.remove());

test('a history is read back as it was told, and nothing is added after its end', async () => {
  const recorder = new HistoryRecorder(join(dir.path, 'history.jsonl'));
  const lines: HistoryLine[] = Array.from({ length: 5_000 }, (_, i) => ({
    type: 'fail',
    op: `${i}`,
    code: 'a\nb "ü" \u2028',
  }));
  for (const line of lines) recorder.write(line);
  recorder.close();
  recorder.write({ type: 'unknown', op: 'late' });
  recorder.close();
  expect(await readHistory(recorder.path)).toEqual(lines);
});
