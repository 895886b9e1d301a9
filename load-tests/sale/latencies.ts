import type { Latencies } from '../report/run.ts';

const BARS_MS = [0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 200, 500, 1000, 2000, 5000, Infinity];

/** The time of every answer, in total and per second. */
export class LatencyLog {
  /** At a rate: the interval between one connection's webhooks; else null. */
  readonly #intervalMs: number | null;
  readonly #all: number[] = [];
  #now: number[] = [];

  constructor(intervalMs: number | null) {
    this.#intervalMs = intervalMs;
  }

  /**
   * An answer that took longer than the interval kept the connection from sending webhooks that were due in
   * the meantime: these count as waiting since they were due (coordinated omission). autocannon's own
   * correction uses an interval of 1 ms at every rate, and so counts one answer of 10 ms as ten.
   */
  note(ms: number): void {
    this.#now.push(ms);
    this.#all.push(ms);
    if (this.#intervalMs === null) return;
    for (let late = ms - this.#intervalMs; late > 0; late -= this.#intervalMs) this.#all.push(late);
  }

  /** Of the answers since the last call. */
  takeSecond(): { p50Ms: number | null; p99Ms: number | null } {
    const sorted = this.#now.toSorted((a, b) => a - b);
    this.#now = [];
    return sorted.length === 0
      ? { p50Ms: null, p99Ms: null }
      : { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
  }

  whole(): Latencies {
    const sorted = Float64Array.from(this.#all).sort();
    let done = 0;
    const bars = BARS_MS.map((upToMs) => {
      const before = done;
      while (done < sorted.length && (sorted[done] ?? 0) <= upToMs) done += 1;
      return { upToMs: Number.isFinite(upToMs) ? upToMs : (sorted.at(-1) ?? 0), count: done - before };
    });
    return {
      corrected: this.#intervalMs !== null,
      p50Ms: quantile(sorted, 0.5),
      p90Ms: quantile(sorted, 0.9),
      p99Ms: quantile(sorted, 0.99),
      p999Ms: quantile(sorted, 0.999),
      maxMs: sorted.at(-1) ?? 0,
      bars,
    };
  }
}

function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
