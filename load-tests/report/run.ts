/**
 * Everything that is known of one load test. The report, its JSON and the terminal's table are views of
 * this, and the JSON is this.
 */
export interface LoadTestRun {
  /** As it was typed. */
  command: string;
  /** ISO time. */
  startedAt: string;
  machine: Machine;
  plan: PlanFigures;
  /** Attempts, also those that nobody answered. */
  sent: number;
  /** By status and outcome, such as `200 accepted`; `no answer` where the connection broke. */
  answers: Record<string, number>;
  /** Webhooks that had to be sent again because their first answer was not 200. */
  sentAgain: number;
  seconds: {
    /** First webhook sent to last one acknowledged. */
    sending: number;
    /** Last acknowledgement to the last event settled. */
    draining: number;
  };
  acksPerSecond: number;
  /** Events that reached MongoDB, over the whole run. */
  appliedPerSecond: number;
  ack: Latencies;
  /** From the workers' metrics; null where they are not to be had. */
  times: Record<'lock wait' | 'lock held' | 'commit', Times | null>;
  /** One a second. */
  samples: Sample[];
  promises: PromiseKept[];
  verdict: { kept: boolean; sentence: string };
}

export interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  system: string;
  node: string;
  redis: string;
  mongodb: string;
  /** The commit of Lockstep, shortened. */
  lockstep: string;
  /** Settings that were not the defaults, such as `WORKER_CONCURRENCY=20`. */
  settings: string[];
}

export interface PlanFigures {
  orders: number;
  shops: number;
  topics: string[];
  /** Different events; `sent` without trouble is these and the duplicates. */
  events: number;
  duplicates: number;
  /** Webhooks sent out of their turn. */
  shuffled: number;
  connections: number;
  /** Webhooks a second; null for as fast as answers come. */
  rate: number | null;
  bodyBytes: { smallest: number; p50: number; p90: number; largest: number; mean: number };
}

export interface Latencies {
  /** Measured from when each webhook was due, not from when the client came to send it. */
  corrected: boolean;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
  /** How many were above the bar before and at most this. The last bar holds the rest. */
  bars: { upToMs: number; count: number }[];
}

export interface Times {
  count: number;
  meanMs: number;
  /** From histogram buckets: an upper bound. */
  p50Ms: number;
  p99Ms: number;
}

/** One second of a run; counts are since its begin. */
export interface Sample {
  second: number;
  sent: number;
  acked: number;
  applied: number;
  waiting: number;
  /** Of this second; null where nothing was acknowledged in it. */
  ackP50Ms: number | null;
  ackP99Ms: number | null;
  /** Means of this second; null where there was none. */
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
