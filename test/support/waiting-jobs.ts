import type { Job, Queue } from 'bullmq';
import type { DrainJob } from '../../src/deposit/waker.ts';

/** The jobs that wait for a worker, whatever their priority. */
export async function waitingJobs(queue: Queue<DrainJob>): Promise<Job<DrainJob>[]> {
  return (await queue.getJobs(['wait', 'prioritized'])) as Job<DrainJob>[];
}
