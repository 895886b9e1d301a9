import { bad, doubtful, good, type Finding } from './probe.ts';

/**
 * Nothing is applied by these clocks (P5 rests on what Shopify says), but waits, ages and retention are told by
 * them: a second is noise, ten make an alarm for "waits too long" come late or for nothing.
 */
const DOUBTFUL_MS = 1000;
const BAD_MS = 10_000;

/**
 * How far another's clock is from ours.
 * @param read its time, ms since 1970
 */
export async function clockSkew(read: () => Promise<number>, now = Date.now): Promise<Finding> {
  const asked = now();
  const theirs = await read();
  const answered = now();
  return skewFinding(theirs - (asked + answered) / 2, (answered - asked) / 2);
}

/** @param uncertainMs half of the round trip: it was told at any moment of it */
export function skewFinding(skewMs: number, uncertainMs: number): Finding {
  const found = `${Math.round(Math.abs(skewMs))} ms ${skewMs < 0 ? 'behind' : 'ahead of'} this program's, ± ${Math.ceil(uncertainMs)} ms`;
  const surely = Math.abs(skewMs) - uncertainMs;
  const advice = 'let NTP (chrony, systemd-timesyncd) set the clocks of both machines';
  if (surely > BAD_MS) return bad(found, advice);
  return surely > DOUBTFUL_MS ? doubtful(found, advice) : good(found);
}
