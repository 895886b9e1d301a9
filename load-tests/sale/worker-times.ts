import type { Times } from '../report/run.ts';

/** What the workers' histograms say, summed over all workers since they started. */
type Counted = Record<TimeName, Histogram>;

interface Histogram {
  count: number;
  seconds: number;
  /** Upper bound in seconds -> how many were at most that. */
  buckets: Map<number, number>;
}

const METRICS = {
  'received to applied': 'lockstep_end_to_end_seconds',
  'lock wait': 'lockstep_lock_wait_seconds',
  'lock held': 'lockstep_lock_hold_seconds',
  commit: 'lockstep_commit_seconds',
} as const;

export type TimeName = keyof typeof METRICS;
const NAMES = Object.keys(METRICS) as TimeName[];

/** Null if no worker's metrics are available. */
export async function readWorkerTimes(workerUrls: readonly string[]): Promise<Counted | null> {
  const texts = await Promise.all(
    workerUrls.map(async (url) => await (await fetch(`${url}/metrics`)).text()),
  );
  if (texts.length === 0) return null;
  return ofEach((name) => histogramIn(texts, METRICS[name]));
}

function ofEach<Value>(make: (name: TimeName) => Value): Record<TimeName, Value> {
  return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<TimeName, Value>;
}

function histogramIn(texts: readonly string[], metric: string): Histogram {
  const found: Histogram = { count: 0, seconds: 0, buckets: new Map() };
  const line = new RegExp(`^${metric}_(bucket|sum|count)(?:\\{le="([^"]+)"\\})? (\\S+)$`, 'gm');
  for (const [, part, le = '', value] of texts.flatMap((text) => [...text.matchAll(line)])) {
    if (part === 'sum') found.seconds += Number(value);
    else if (part === 'count') found.count += Number(value);
    else {
      const bound = le === '+Inf' ? Infinity : Number(le);
      found.buckets.set(bound, (found.buckets.get(bound) ?? 0) + Number(value));
    }
  }
  return found;
}

/** What happened between two readings; null if nothing did. */
export function timesBetween(before: Counted | null, after: Counted | null): Record<TimeName, Times | null> {
  return ofEach((name) => (before && after ? between(before[name], after[name]) : null));
}

function between(before: Histogram, after: Histogram): Times | null {
  const count = after.count - before.count;
  if (count === 0) return null;
  const within = (share: number): number => {
    const enough = [...after.buckets].find(
      ([bound, upTo]) => upTo - (before.buckets.get(bound) ?? 0) >= share * count,
    );
    return (enough?.[0] ?? Infinity) * 1000;
  };
  return {
    count,
    meanMs: ((after.seconds - before.seconds) / count) * 1000,
    p50Ms: within(0.5),
    p99Ms: within(0.99),
  };
}
