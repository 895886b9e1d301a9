import { DelayedError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { ordersOf, type DrainJob, type Waker } from '../deposit/waker.ts';
import type { OrderKey } from '../order/identity.ts';
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

/** Runs the drains of a job, and returns how each ended. @param id BullMQ's id of the job */
type Drain = (orders: readonly OrderKey[], id: string) => Promise<PromiseSettledResult<Drained>[]>;

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
    let beside = 0;
    /** Each further order of a shared job takes the place of a job. */
    const counted: typeof run = async (job, ...rest) => {
      const more = ordersOf(job.data).length - 1;
      const take = (orders: number) => {
        beside += orders;
        worker.concurrency = Math.max(1, share - beside);
      };
      take(more);
      try {
        await run(job, ...rest);
      } finally {
        take(-more);
      }
    };
    const worker = new Worker<DrainJob>(QUEUE, (job, token) => counted(job, token, drain, tools), {
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

/** A wake-up of a single order is repeated as BullMQ repeats jobs. */
async function run(
  job: Job<DrainJob>,
  token: string | undefined,
  drain: Drain,
  tools: WorkerTools,
): Promise<void> {
  const orders = ordersOf(job.data);
  const drained = await drain(orders, job.id ?? 'no id');
  const ends = drained.map((end, i) => reported(orders[i]!, end, job.attemptsMade + 1, tools));
  if ('orders' in job.data) await Promise.all(ends.map((end, i) => comeBack(orders[i]!, end, tools.waker)));
  else await repeat(job, token, ends[0]!, tools.waker);
}

type End = Drained | { outcome: 'failed' };

function reported(
  order: OrderKey,
  end: PromiseSettledResult<Drained>,
  attempt: number,
  { metrics, log, onFailure }: WorkerTools,
): End {
  const ended: End = end.status === 'fulfilled' ? end.value : { outcome: 'failed' };
  metrics.drains.inc({ outcome: ended.outcome });
  if (end.status === 'rejected') {
    onFailure(end.reason);
    log.warn({ order, attempt, because: messageOf(end.reason) }, 'drain failed; it will be retried');
  }
  return ended;
}

/** @throws if the drain failed. BullMQ stores the message in the job, so it contains nothing from the event */
async function repeat(job: Job<DrainJob>, token: string | undefined, end: End, waker: Waker): Promise<void> {
  const [order] = ordersOf(job.data);
  if (end.outcome === 'failed') throw new Error('drain failed');
  if (end.outcome === 'held') await waker.wakeIn(order!, end.forMs);
  if (end.outcome === 'busy') {
    await job.moveToDelayed(Date.now() + BUSY_RETRY_MS, token);
    throw new DelayedError();
  }
}

/** An order of a shared job that is not done comes back alone, with a job and a backoff of its own. */
async function comeBack(order: OrderKey, end: End, waker: Waker): Promise<void> {
  if (end.outcome === 'failed') await waker.retryIn(order, backoffMs(1));
  if (end.outcome === 'busy') await waker.retryIn(order, BUSY_RETRY_MS);
  if (end.outcome === 'held') await waker.wakeIn(order, end.forMs);
}
