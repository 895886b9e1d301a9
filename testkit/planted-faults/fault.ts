/** A small change to src/ that breaks a promise, and the tests that should notice. */
export interface PlantedFault {
  /** What is wrong; used by --only. */
  name: string;
  promise: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8' | 'P9';
  /** Relative to src/. */
  file: string;
  /** Must occur in the file exactly once. */
  find: string;
  /** Replaces it. The result must compile: a test should notice the fault, not the compiler. */
  replace: string;
  /** Test files relative to test/, without `.test.ts`. */
  tests: readonly string[];
  /**
   * Part of the name of the test that should notice, if the file's other tests would only wait for their
   * timeouts.
   */
  named?: string;
}
