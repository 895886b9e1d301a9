/** A jest reporter that notes whether anything failed, for stop-servers.ts. */
class RememberFailures {
  onRunComplete(_contexts: unknown, results: { numFailedTests: number; numFailedTestSuites: number }): void {
    globalThis.lockstepFailed = results.numFailedTests + results.numFailedTestSuites > 0;
  }
}

// jest takes a reporter by its default export.
export default RememberFailures;
