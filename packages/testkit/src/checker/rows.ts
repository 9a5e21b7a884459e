/** I8: the rows of the projection are the fold of the log, no more and no less. */
import type { RowLine } from './history.js';
import { memberKey, reactionKey, type Tables } from './tables.js';
import type { Truth } from './truth.js';
import type { Violation, Violations } from './violations.js';

type Report = (message: string, where: Violation['where']) => void;

/** Compares the recorded rows with the fold, column by column where the recorded row has the column. */
export function checkRows(truth: Truth, rows: Iterable<RowLine>, violations: Violations): void {
  const report: Report = (message, where) => {
    violations.add('I8', message, where);
  };
  const seen = new Set<string>();
  for (const line of rows) {
    const key = keyOf(line);
    const where = { table: line.table, key };
    if (seen.has(`${line.table} ${key}`)) report('a row is there twice', where);
    seen.add(`${line.table} ${key}`);
    const expected = (truth.tables[line.table] as Map<string, object>).get(key);
    if (expected === undefined) report('a row that the log does not give', where);
    else compareRow(expected, line.row, where, report);
  }
  for (const table of Object.keys(truth.tables) as (keyof Tables)[]) {
    for (const key of truth.tables[table].keys()) {
      if (!seen.has(`${table} ${key}`)) report('a row is missing', { table, key });
    }
  }
}

/** Compares two folds. */
export function compareTables(expected: Tables, actual: Tables, report: Report): void {
  for (const table of Object.keys(expected) as (keyof Tables)[]) {
    const left = expected[table] as Map<string, object>;
    const right = actual[table] as Map<string, object>;
    for (const [key, row] of left) {
      const other = right.get(key);
      if (other === undefined) report('a row is missing', { table, key });
      else compareRow(row, other, { table, key }, report);
    }
    for (const key of right.keys()) {
      if (!left.has(key)) report('a row too many', { table, key });
    }
  }
}

function keyOf(line: RowLine): string {
  switch (line.table) {
    case 'members':
      return memberKey(line.row);
    case 'reactions':
      return reactionKey(line.row);
    case 'replies':
      return line.row.reply_id;
    default:
      return line.row.id;
  }
}

function compareRow(
  expected: object,
  actual: object,
  where: Violation['where'],
  report: Report,
): void {
  const columns = expected as Record<string, unknown>;
  for (const [column, value] of Object.entries(actual)) {
    if (!same(columns[column], value)) {
      const said = `${JSON.stringify(value)} instead of ${JSON.stringify(columns[column])}`;
      report(`${column} is ${said}`, where);
    }
  }
}

function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
