import type { Metrics } from '../system/metrics.ts';
import type { Figures } from '../system/heartbeats.ts';

/**
 * What ingest reports with each heartbeat: acks and forged webhooks since it started, and the 99th percentile
 * of response times since the last heartbeat.
 */
export function ingestFigures({
  ackSeconds,
  received,
}: Pick<Metrics, 'ackSeconds' | 'received'>): () => Promise<Figures> {
  let before = new Map<number, number>();
  return async () => {
    const { values } = await ackSeconds.get();
    const reached = new Map(
      values
        .filter(({ metricName }) => metricName?.endsWith('_bucket'))
        .map(({ labels, value }) => [boundOf(labels.le), value]),
    );
    const since = [...reached]
      .map(([bound, count]) => ({ bound, count: count - (before.get(bound) ?? 0) }))
      .toSorted((a, b) => a.bound - b.bound);
    before = reached;
    const p99 = quantile(since, 0.99);
    const answers = (await received.get()).values;
    const forged = answers.filter(({ labels }) => labels.outcome === 'forged');
    const forgedCount = forged.reduce((sum, { value }) => sum + value, 0);
    return {
      acks: reached.get(Infinity) ?? 0,
      forged: forgedCount,
      ackP99Ms: p99 === null ? null : p99 * 1000,
    };
  };
}

/** What a worker reports: processed events and drains, both since it started. */
export function workerFigures({
  applied,
  drains,
}: Pick<Metrics, 'applied' | 'drains'>): () => Promise<Figures> {
  const sum = async (counter: Pick<Metrics['applied'], 'get'>) =>
    (await counter.get()).values.reduce((total, { value }) => total + value, 0);
  return async () => ({ applied: await sum(applied), drains: await sum(drains) });
}

/** How many values were at most `bound`. */
interface Bucket {
  bound: number;
  count: number;
}

/**
 * Interpolates linearly within a bucket, as Prometheus does. A value beyond the last bound is reported as
 * that bound. Null if nothing was counted.
 */
export function quantile(buckets: readonly Bucket[], share: number): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = share * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const { bound: lower, count: below } = buckets[at - 1] ?? { bound: 0, count: 0 };
  const { bound: upper, count } = buckets[at] ?? { bound: lower, count: total };
  if (upper === Infinity) return lower;
  return lower + (upper - lower) * ((rank - below) / (count - below));
}

function boundOf(le: string | number | undefined): number {
  return le === '+Inf' ? Infinity : Number(le);
}
