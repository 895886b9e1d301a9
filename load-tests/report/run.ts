import type { LocalMachine } from '../../testkit/local/machine.ts';

/**
 * Everything that is known about one load test. The report, its JSON and the terminal's table are views of
 * this; the JSON is this object.
 */
export interface LoadTestRun {
  /** As typed. */
  command: string;
  /** ISO time. */
  startedAt: string;
  machine: Machine;
  plan: PlanFigures;
  /** Attempts, including unanswered ones. */
  sent: number;
  /** By status and outcome, such as `200 accepted`; `no answer` if the connection broke. */
  answers: Record<string, number>;
  /** Webhooks that were sent again because their first answer was not 200. */
  sentAgain: number;
  seconds: {
    /** From the first webhook sent to the last one acknowledged. */
    sending: number;
    /** From the last acknowledgement to the last event settled. */
    draining: number;
  };
  acksPerSecond: number;
  /** Events that reached MongoDB, over the whole run. */
  appliedPerSecond: number;
  ack: Latencies;
  /** From the workers' metrics; null if these are not available. */
  times: Record<'received to applied' | 'lock wait' | 'lock held' | 'commit', Times | null>;
  /** One per second. */
  samples: Sample[];
  promises: PromiseKept[];
  verdict: { kept: boolean; sentence: string };
}

export interface Machine extends LocalMachine {
  redis: string;
  mongodb: string;
  /** Settings that were not the defaults, such as `WORKER_CONCURRENCY=20`. */
  settings: string[];
}

export interface PlanFigures {
  orders: number;
  shops: number;
  topics: string[];
  /** Different events; without trouble, `sent` is these plus the duplicates. */
  events: number;
  duplicates: number;
  /** Webhooks sent out of order. */
  shuffled: number;
  connections: number;
  /** Webhooks per second; null for as fast as answers come. */
  rate: number | null;
  bodyBytes: { smallest: number; p50: number; p90: number; largest: number; mean: number };
}

export interface Latencies {
  /** Measured from the time when each webhook was due, not from the time when the client sent it. */
  corrected: boolean;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
  /** How many values were above the previous bar and at most this. The last bar contains the rest. */
  bars: { upToMs: number; count: number }[];
}

export interface Times {
  count: number;
  meanMs: number;
  /** From histogram buckets: an upper bound. */
  p50Ms: number;
  p99Ms: number;
}

/** One second of a run; counts are since the run's start. */
export interface Sample {
  second: number;
  sent: number;
  acked: number;
  applied: number;
  waiting: number;
  /** Of this second; null if nothing was acknowledged in it. */
  ackP50Ms: number | null;
  ackP99Ms: number | null;
  /** Means of this second; null if there was none. */
  lockHeldMs: number | null;
  commitMs: number | null;
}

export interface PromiseKept {
  /** P1 … P8, or the name of another claim. */
  id: string;
  claim: string;
  kept: boolean;
  /** What was counted, in a few words. */
  figures: string;
}
