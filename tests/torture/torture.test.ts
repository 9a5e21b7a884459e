import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  describeReport,
  judge,
  readHistory,
  runTorture,
  temporaryDataDir,
  type TortureReport,
} from '@parley/testkit';

type Lines = Awaited<ReturnType<typeof readHistory>>;

const folder = temporaryDataDir();
let report: TortureReport;
let lines: Lines;

beforeAll(async () => {
  report = await runTorture(
    { kills: 3, clients: 4, rooms: 2, rate: 20, questionEvery: 40, durationMs: 5_000, seed: 7 },
    folder.path,
  );
  lines = await readHistory(report.historyPath);
}, 180_000);

afterAll(() => folder.remove(), 20_000);

test('after three kills under load every promise was kept', () => {
  expect(report.violations).toEqual([]);
  expect(report.kills).toHaveLength(3);
  expect(report.tally.acknowledged).toBeGreaterThan(100);
  expect(report.tally.unknown).toBe(0);
  expect(report.readBack).toBeGreaterThan(0);
  expect(report.tally.connections).toBeGreaterThan(4); // somebody did come back
  expect(report.answers['completed']).toBeGreaterThan(0);
  expect(describeReport(report)).toContain('violations    0');
});

/** An acknowledged message from the middle of the run. */
function acknowledged(): { seq: number; message_id: string } {
  const all = lines.filter((line) => line.type === 'ok');
  const one = all[Math.floor(all.length / 2)];
  if (one?.type !== 'ok') throw new Error('nothing was acknowledged');
  return one;
}

/** The history again, with lines changed or left out. */
const tampered = (change: (line: Lines[number]) => Lines[number] | undefined): Lines =>
  lines.flatMap((line) => change(line) ?? []);

const broken = (history: Lines): string[] => [
  ...new Set(judge(history).map(({ invariant }) => invariant)),
];

test('the judge is awake: an acknowledged message that is not among the rows is noticed', () => {
  const { message_id } = acknowledged();
  const history = tampered((line) =>
    line.type === 'row' && line.table === 'messages' && line.row.id === message_id
      ? undefined
      : line,
  );
  expect(history).toHaveLength(lines.length - 1);
  expect(broken(history)).toContain('I8');
});

test('the judge is awake: an acknowledged message that is not in the log is noticed', () => {
  const { message_id } = acknowledged();
  const history = tampered((line) =>
    line.type === 'record' && String(line.value).includes(`"id":"${message_id}"`)
      ? { ...line, value: '{}' }
      : line,
  );
  expect(broken(history)).toEqual(expect.arrayContaining(['I1']));
});

test('the judge is awake: a message that one client never heard is noticed', () => {
  const { seq } = acknowledged();
  const heard = lines.find(
    (line) => line.type === 'heard' && 'seq' in line.frame && line.frame.seq === seq,
  );
  expect(heard).toBeDefined();
  expect(broken(tampered((line) => (line === heard ? undefined : line)))).not.toEqual([]);
});

test('the judge is awake: two messages that one client heard in another order are noticed', () => {
  const index = lines.findIndex(
    (line) => line.type === 'heard' && 'seq' in line.frame && line.frame.seq === acknowledged().seq,
  );
  const first = lines[index];
  if (first?.type !== 'heard' || !('room_id' in first.frame)) throw new Error('nobody heard it');
  const { client, connection, frame } = first;
  const next = lines.findIndex(
    (line, at) =>
      at > index &&
      line.type === 'heard' &&
      line.client === client &&
      line.connection === connection &&
      'seq' in line.frame &&
      line.frame.room_id === frame.room_id,
  );
  const second = lines[next];
  if (second === undefined) throw new Error('it was the last one');
  const history = tampered((line) => (line === first ? second : line === second ? first : line));
  expect(broken(history)).not.toEqual([]);
});
