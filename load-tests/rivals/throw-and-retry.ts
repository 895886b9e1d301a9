import { acceptIntoQueue, workUnderLock } from './locked-jobs.ts';
import { BUSY_RETRY_MS, type Rival } from './rival.ts';

/** The pattern of most tutorials: a job that finds its order locked fails, and BullMQ retries it. */
export const throwAndRetry: Rival = {
  about: 'BullMQ and a Redis lock per order; busy: throw, and retry',
  accept: (ground) => acceptIntoQueue(ground, BUSY_RETRY_MS),
  work: (ground) =>
    workUnderLock(ground, ({ data }) => Promise.reject(new Error(`order ${data.order} is locked`))),
};
