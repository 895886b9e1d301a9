/** MongoDB's code for a write whose unique key another document already has. */
const DUPLICATE_KEY = 11_000;

/** @param error what a write threw, or the error of one write of many */
export function isDuplicateKey(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === DUPLICATE_KEY;
}
