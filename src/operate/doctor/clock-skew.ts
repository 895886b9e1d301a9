import { bad, doubtful, good, type Finding } from './probe.ts';

/**
 * Events are not ordered by these clocks (P5 rests on Shopify's times), but waits, ages and retention are
 * measured with them. One second is noise; with ten, an alarm for a long wait comes late or without a reason.
 */
const DOUBTFUL_MS = 1000;
const BAD_MS = 10_000;

/**
 * How far a server's clock is from ours.
 * @param read reads its time, ms since 1970
 */
export async function clockSkew(read: () => Promise<number>, now = Date.now): Promise<Finding> {
  const asked = now();
  const theirs = await read();
  const answered = now();
  return skewFinding(theirs - (asked + answered) / 2, (answered - asked) / 2);
}

/** @param uncertainMs half of the round trip: the clock was read at some moment within it */
export function skewFinding(skewMs: number, uncertainMs: number): Finding {
  const found = `${Math.round(Math.abs(skewMs))} ms ${skewMs < 0 ? 'behind' : 'ahead of'} this program's, ± ${Math.ceil(uncertainMs)} ms`;
  const surely = Math.abs(skewMs) - uncertainMs;
  const advice = 'let NTP (chrony, systemd-timesyncd) set the clocks of both machines';
  if (surely > BAD_MS) return bad(found, advice);
  return surely > DOUBTFUL_MS ? doubtful(found, advice) : good(found);
}
