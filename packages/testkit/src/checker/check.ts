/**
 * Judges a recorded run: did the system keep its promises, whatever happened to it? Pure, and linear in the history: it
 * judges ten minutes of a system under kill -9 as it judges a hundred simulated steps.
 */
import { checkAnswers } from './answers.js';
import type { ClientLine, History } from './history.js';
import { checkLaws } from './laws.js';
import { Operations } from './operations.js';
import { checkRepeats } from './repeats.js';
import { checkRows } from './rows.js';
import { Streams } from './streams.js';
import { readTruth } from './truth.js';
import { Violations, type Violation } from './violations.js';

export interface CheckOptions {
  /** All sends of the run are in the history, so a message that nobody sent is forged (default true). */
  readonly closedWorld?: boolean;
  /** The whole chunks topic is in the history (default: when it has any chunk). */
  readonly chunksComplete?: boolean;
}

/** Every broken promise of a run that has come to rest; none: empty. */
export function checkHistory(history: History, options: CheckOptions = {}): Violation[] {
  const violations = new Violations();
  const truth = readTruth(history.run, history.records);
  checkLaws(truth, violations);
  checkRepeats(truth, violations);
  checkRows(truth, history.rows, violations);
  checkAnswers(truth, violations, options.chunksComplete ?? truth.chunks.size > 0);
  const streams = new Streams(truth, violations);
  const operations = new Operations(truth, violations, (client) => streams.connectionOf(client));
  for (const line of history.clients) take(line, streams, operations);
  operations.finish(options.closedWorld ?? true);
  streams.finish();
  return violations.found;
}

function take(line: ClientLine, streams: Streams, operations: Operations): void {
  switch (line.type) {
    case 'invoke':
      return operations.invoke(line);
    case 'ok':
    case 'fail':
    case 'unknown':
      return operations.outcome(line);
    case 'read':
      return operations.read(line);
    case 'opened':
      return streams.opened(line);
    case 'said':
      return streams.said(line);
    case 'heard':
      operations.heard(line);
      return streams.heard(line);
    case 'closed':
      return streams.closed(line);
    case 'shown':
      return streams.shown(line);
  }
}
