/** A jest reporter that records whether anything failed, for stop-servers.ts. */
class RememberFailures {
  onRunComplete(_contexts: unknown, results: { numFailedTests: number; numFailedTestSuites: number }): void {
    globalThis.lockstepFailed = results.numFailedTests + results.numFailedTestSuites > 0;
  }
}

// jest requires a default export for a reporter.
export default RememberFailures;
