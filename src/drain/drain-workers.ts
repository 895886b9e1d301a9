import { DelayedError, Worker, type Job } from 'bullmq';
import type { ScriptedRedis } from '../deposit/scripts.ts';
import type { DrainJob, Waker } from '../deposit/waker.ts';
import type { OrderKey } from '../order/identity.ts';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import type { Metrics } from '../system/metrics.ts';
import { QUEUE, type RedisKeys } from '../system/redis-keys.ts';
import { backoffMs } from '../system/backoff.ts';
import type { Drained } from './drain-order.ts';
import { Places } from './places.ts';

/** Soon: another drain usually ends within milliseconds, and a stalled one keeps its lock for LOCK_TTL_MS. */
const BUSY_RETRY_MS = 250;

/**
 * A job whose worker died is found within lockDuration + 2 x stalledInterval = 20 s. It may stall any number
 * of times: the job is a wake-up, and its order's events still wait.
 */
const STALLING = { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: Number.MAX_SAFE_INTEGER };

/** Runs the drains of a job. @param id BullMQ's id of the job */
type Drain = (orders: readonly OrderKey[], id: string) => Promise<Drained>[];

interface WorkerTools {
  waker: Waker;
  metrics: Metrics;
  log: Logger;
  /** Called when a drain fails, before BullMQ knows. */
  onFailure: (error: unknown) => void;
}

/** BullMQ's workers, one per partition: they run drain jobs and decide when a job is retried. */
export function openWorkers(
  connection: ScriptedRedis,
  partitions: readonly RedisKeys[],
  concurrency: number,
  drain: Drain,
  tools: WorkerTools,
): Worker<DrainJob>[] {
  const share = Math.max(1, Math.ceil(concurrency / partitions.length));
  return partitions.map((keys) => {
    const places = new Places(share, (jobs) => (worker.concurrency = jobs));
    let served = 0;
    /** Tells all programs which round workers are in. If that fails, the next job of another round does. */
    const serve = (round: number): void => {
      if (round === served) return;
      served = round;
      connection.lockstepServe(keys.round, round).catch(() => (served = 0));
    };
    const process = (job: Job<DrainJob>, token?: string) => {
      serve(job.priority);
      return run(job, token, places, drain, tools);
    };
    const worker = new Worker<DrainJob>(QUEUE, process, {
      connection,
      prefix: keys.queuePrefix,
      concurrency: places.jobs,
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
  places: Places,
  drain: Drain,
  tools: WorkerTools,
): Promise<void> {
  const { data, id = 'no id', priority: round } = job;
  if ('orders' in data) return await endShared(data.orders, drain(data.orders, id), places, round, tools);
  const [drained] = drain([data.order], id);
  places.begin(1);
  const ended = reported(data.order, drained!, job.attemptsMade + 1, round, tools);
  await repeat(job, token, await ended.finally(() => places.end(1)));
}

/** No order waits for the end of the others. */
async function endShared(
  orders: readonly OrderKey[],
  drains: readonly Promise<Drained>[],
  places: Places,
  round: number,
  tools: WorkerTools,
): Promise<void> {
  let left = orders.length;
  places.begin(left);
  const ends = drains.map(async (drained, i) => {
    const end = await reported(orders[i]!, drained, 1, round, tools).finally(() => {
      left -= 1;
      if (left > 0) places.endOrder();
      else places.end(1);
    });
    await comeBack(orders[i]!, end, round, tools.waker);
  });
  await Promise.all(ends);
}

type End = Drained | { outcome: 'failed' };

/** How a drain ended. An order that holds its events is woken at the end of its hold. @throws if that fails */
async function reported(
  order: OrderKey,
  drained: Promise<Drained>,
  attempt: number,
  round: number,
  { waker, metrics, log, onFailure }: WorkerTools,
): Promise<End> {
  const end = await drained.catch((error: unknown): End => {
    onFailure(error);
    log.warn({ order, attempt, because: messageOf(error) }, 'drain failed; it will be retried');
    return { outcome: 'failed' };
  });
  metrics.drains.inc({ outcome: end.outcome });
  if (end.outcome === 'held') await waker.wakeIn(order, end.forMs, round);
  return end;
}

/**
 * Repeats the job itself, as BullMQ repeats jobs.
 * @throws if the drain failed. BullMQ stores the message in the job, so it contains nothing from the event
 */
async function repeat(job: Job<DrainJob>, token: string | undefined, end: End): Promise<void> {
  if (end.outcome === 'failed') throw new Error('drain failed');
  if (end.outcome === 'busy') {
    await job.moveToDelayed(Date.now() + BUSY_RETRY_MS, token);
    throw new DelayedError();
  }
}

/** An order of a shared job that is busy or has failed comes back alone, with a job and a backoff of its own. */
async function comeBack(order: OrderKey, end: End, round: number, waker: Waker): Promise<void> {
  if (end.outcome === 'failed') await waker.retryIn(order, backoffMs(1), round);
  if (end.outcome === 'busy') await waker.retryIn(order, BUSY_RETRY_MS, round);
}
