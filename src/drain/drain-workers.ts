import { DelayedError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { DrainJob, Waker } from '../deposit/waker.ts';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import type { Metrics } from '../system/metrics.ts';
import { QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import { backoffMs } from '../system/backoff.ts';
import type { Drained } from './drain-order.ts';

/** Soon: another drain usually ends within milliseconds, and a stalled one keeps its lock for LOCK_TTL_MS. */
const BUSY_RETRY_MS = 250;

/**
 * A job whose worker died is found within lockDuration + 2 x stalledInterval = 20 s. It may stall any number
 * of times: the job is a wake-up, and its order's events still wait.
 */
const STALLING = { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: Number.MAX_SAFE_INTEGER };

/** Runs the drain of a job. @param id BullMQ's id of the job */
type Drain = (job: DrainJob, id: string) => Promise<Drained>;

interface WorkerTools {
  waker: Waker;
  metrics: Metrics;
  log: Logger;
  /** Called when a drain fails, before BullMQ knows. */
  onFailure: (error: unknown) => void;
}

/** BullMQ's workers, one per partition: they run drain jobs and decide when a job is retried. */
export function openWorkers(
  connection: Redis,
  partitions: readonly RedisKeys[],
  concurrency: number,
  drain: Drain,
  tools: WorkerTools,
): Worker<DrainJob>[] {
  const share = Math.max(1, Math.ceil(concurrency / partitions.length));
  return partitions.map((keys) => {
    const worker = new Worker<DrainJob>(QUEUE, (job, token) => run(job, token, drain, tools), {
      connection,
      prefix: keys.queuePrefix,
      concurrency: share,
      autorun: false,
      settings: { backoffStrategy: backoffMs },
      ...STALLING,
    });
    worker.on('error', (error) => tools.log.debug({ because: messageOf(error) }, 'worker connection'));
    return worker;
  });
}

/** Drains as a component of a program. Stopping waits for running drains; another worker takes over the rest. */
export function drainsComponent(workers: readonly Worker<DrainJob>[], waker: Waker, log: Logger): Component {
  return {
    name: 'drains',
    start: () => {
      for (const worker of workers)
        worker.run().catch((error: unknown) => log.error({ because: messageOf(error) }, 'worker ended'));
      log.info({ partitions: workers.length }, 'draining');
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      await waker.flush();
    },
  };
}

async function run(
  job: Job<DrainJob>,
  token: string | undefined,
  drain: Drain,
  { waker, metrics, log, onFailure }: WorkerTools,
): Promise<void> {
  const { order } = job.data;
  const drained = await drain(job.data, job.id ?? 'no id').catch((error: unknown) => {
    metrics.drains.inc({ outcome: 'failed' });
    onFailure(error);
    log.warn(
      { order, attempt: job.attemptsMade + 1, because: messageOf(error) },
      'drain failed; it will be retried',
    );
    // BullMQ stores a failure's message in the job, so it must contain nothing from the event.
    throw new Error('drain failed');
  });
  metrics.drains.inc({ outcome: drained.outcome });
  if (drained.outcome === 'held') await waker.wakeIn(order, drained.forMs);
  if (drained.outcome === 'busy') {
    await job.moveToDelayed(Date.now() + BUSY_RETRY_MS, token);
    throw new DelayedError();
  }
}
