import type { TortureReport } from './run-torture.js';

/** The report as people read it. */
export function describeReport(report: TortureReport): string {
  const { tally, kills, others } = report;
  const recovery = kills.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b);
  const starts = kills.map(({ startMs }) => startMs).sort((a, b) => a - b);
  const withDatabase = kills.filter(({ database }) => database).length;
  const whileStarting = kills.filter(({ duringStart }) => duringStart).length;
  const answers = Object.entries(report.answers)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
  const lines = [
    `seed          ${report.seed}`,
    `kills         ${kills.length} (${withDatabase} with the database, ${kills.length - withDatabase} without; ` +
      `${whileStarting} killed once more while starting)`,
    `recovery      p50 ${median(recovery)} ms, max ${recovery.at(-1) ?? 0} ms until all clients were live again ` +
      `(start p50 ${median(starts)} ms)`,
    `connections   ${tally.connections}`,
    `sent          ${tally.sent}: ${tally.acknowledged} acknowledged, ${tally.failed} refused, ${tally.unknown} unknown, ` +
      `${report.readBack} read back by REST` +
      (report.skipped > 0 ? ` (${report.skipped} not tried: too many were waiting)` : ''),
    `received      ${tally.received} messages and answers, over all clients`,
    `other changes ${others.asked} asked by REST, ${others.succeeded} succeeded`,
    `questions     ${report.questions}; answers: ${answers === '' ? 'none' : answers}; ` +
      `${report.answersCompared} compared with their chunks`,
    `log           ${report.records} records, ${report.messages} messages`,
    `violations    ${report.violations.length}`,
    ...report.violations
      .slice(0, 50)
      .map(({ invariant, message, where }) => `  ${invariant} ${message} ${JSON.stringify(where)}`),
  ];
  return lines.join('\n');
}

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;
