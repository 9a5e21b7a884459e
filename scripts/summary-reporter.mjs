// Counts a test run as `N passed, N failed`. Under scripts/test.mjs the line goes to the parent, which
// prints it when Jest has ended, because Jest may still have something to say after its reporters.

export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    const line = summary(results);
    if (process.send) process.send({ summary: line });
    else console.log(line);
  }
}

/** A file that could not run at all counts as one failure. */
function summary(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  const line = `${results.numPassedTests} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}
