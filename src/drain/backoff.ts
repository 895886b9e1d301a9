/** A failed drain is retried after 0.1 s, 0.2 s, … up to this, ± 20 % so that retries spread out. */
const LONGEST_BACKOFF_MS = 30_000;

export function backoffMs(attempts: number): number {
  const jitter = 0.8 + Math.random() * 0.4;
  return Math.min(LONGEST_BACKOFF_MS, Math.round(100 * 2 ** Math.min(attempts - 1, 9) * jitter));
}
