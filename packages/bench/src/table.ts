/** Columns of text: the first to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

/** 1,234,567 as `1.23M`, 12,345 as `12.3k`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)}M`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(1)}k` : value.toFixed(0);
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const ms = (value: number): string => value.toFixed(1);
