/** A failed drain is retried after 0.1 s, 0.2 s, … up to this. */
const LONGEST_BACKOFF_MS = 25_000;

/** ± 20 %, so that retries spread out: at most 30 s. */
export function backoffMs(attempts: number): number {
  const jitter = 0.8 + Math.random() * 0.4;
  return Math.round(Math.min(LONGEST_BACKOFF_MS, 100 * 2 ** (attempts - 1)) * jitter);
}
