/** A small change to src/ that breaks a promise, and the tests that should notice. */
export interface PlantedFault {
  /** What is wrong then; for --only. */
  name: string;
  promise: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8';
  /** Below src/. */
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  /** Stands there instead. It compiles: a test shall notice, not the compiler. */
  replace: string;
  /** Test files below test/, without `.test.ts`. */
  tests: readonly string[];
  /** Part of the name of the test that should notice, where the others would only wait in vain. */
  named?: string;
}
