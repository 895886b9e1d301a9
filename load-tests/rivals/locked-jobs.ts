import { Queue, Worker, type Job, type JobsOptions } from 'bullmq';
import { createLocks } from '../../src/lock/locks.ts';
import { applyWebhook } from './apply.ts';
import { acceptOnce } from './once.ts';
import type { Accept, Ground } from './rival.ts';
import type { Webhook } from './webhook.ts';

/**
 * BullMQ with a job per webhook and a Redis lock per order: what tutorials build. The lock keeps workers out
 * of each other's way. A job that finds its order locked comes back later, behind jobs that came in the
 * meantime.
 *
 * Concurrency is Lockstep's 200: with the jobs of 700 orders, 20, 50, 100 and 200 at a time apply 710, 760,
 * 790 and 880 a second in runs of 3 s, and 50, 100 and 200 the same 940 in runs of 8 s: the worker's core is
 * the limit. For the same reason, doing both writes of a webhook at once, instead of one after the other,
 * gains nothing.
 */
const QUEUE = 'webhooks';
const JOB = 'apply';

/** Retried forever: with the tutorials' 3 to 10 attempts, webhooks of a hot order would be dropped. */
const JOB_OPTIONS: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: Number.MAX_SAFE_INTEGER,
  stackTraceLimit: 1,
};

/** @param backoffMs how long a failed job waits */
export async function acceptIntoQueue(ground: Ground, backoffMs: number): Promise<Accept> {
  const redis = await ground.redis();
  const queue = new Queue<Webhook>(QUEUE, {
    connection: redis,
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: { ...JOB_OPTIONS, backoff: { type: 'fixed', delay: backoffMs } },
  });
  queue.on('error', (error) => ground.log.debug({ reason: error.message }, 'queue'));
  return acceptOnce(redis, ground, (webhook) => queue.add(JOB, webhook));
}

/** @param busy what to do with a job whose order is locked; must throw, otherwise the job counts as done */
export async function workUnderLock(
  ground: Ground,
  busy: (job: Job<Webhook>, token: string | undefined) => Promise<never>,
): Promise<Worker<Webhook>> {
  const store = await ground.store();
  const redis = await ground.redis();
  const lock = createLocks([redis], ground.lockTtlMs, () => ground.log.warn('a lock was lost'));
  const handle = async (job: Job<Webhook>, token?: string) => {
    const lease = await lock.acquire(`lock:${job.data.order}`, job.id ?? JOB);
    if (!lease) return await busy(job, token);
    try {
      await applyWebhook(job.data, store);
    } finally {
      await lease.release();
    }
  };
  const worker = new Worker<Webhook>(QUEUE, handle, { connection: redis, concurrency: ground.concurrency });
  worker.on('error', (error) => ground.log.debug({ reason: error.message }, 'worker'));
  return worker;
}
