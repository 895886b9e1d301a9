import { DelayedError } from 'bullmq';
import { acceptIntoQueue, workUnderLock } from './locked-jobs.ts';
import { BUSY_RETRY_MS, type Rival } from './rival.ts';

/**
 * What BullMQ's documentation recommends: a job that finds its order locked delays itself, and has not
 * failed.
 */
export const moveToDelayed: Rival = {
  about: 'BullMQ and a Redis lock per order; busy: moveToDelayed',
  accept: (ground) => acceptIntoQueue(ground, BUSY_RETRY_MS),
  work: (ground) =>
    workUnderLock(ground, async (job, token) => {
      await job.moveToDelayed(Date.now() + BUSY_RETRY_MS, token);
      throw new DelayedError();
    }),
};
