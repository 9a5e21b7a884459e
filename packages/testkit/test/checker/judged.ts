import { checkHistory, historyOf, type HistoryLine } from '@parley/testkit';

/** Which promises a history breaks, each once. */
export function judged(lines: readonly HistoryLine[]): string[] {
  const violations = checkHistory(historyOf(lines));
  return [...new Set(violations.map(({ invariant }) => invariant))].sort();
}

/** The same lines, some of them changed (`null` = left out). */
export function altered(
  lines: readonly HistoryLine[],
  change: (line: HistoryLine, index: number) => HistoryLine | null,
): HistoryLine[] {
  return lines.flatMap((line, index) => change(line, index) ?? []);
}
