import { randomUUID } from 'node:crypto';
import type { BulkJobOptions } from 'bullmq';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import { PRIORITIES, type Priority } from '../system/states.ts';

/** What a backfill made comes after everything that is live. */
export const LANE_PRIORITIES = [...PRIORITIES, 'backfill'] as const;
export type LanePriority = Priority | 'backfill';

/** The data of a job: the orders whose lanes it wakes, and nothing from their messages. */
export interface LaneJob {
  orders: string[];
}

interface NewJob {
  name: string;
  data: LaneJob;
  opts: BulkJobOptions;
}

/** A job costs about as much as sending a message: twenty lanes that share one make its cost small. */
const MOST_LANES = 20;
/**
 * Lanes of all jobs that run at a time. A more urgent one may have to wait for as many messages, but not long (lane.ts).
 * With twice as many, the garbage collector takes more time for their messages than fewer jobs save.
 */
const LANES_AT_A_TIME = 500;

/**
 * Lanes that share a job: as few as keep all of the destination's slots busy. One, where BullMQ must count messages.
 * @param waitingJobs that will take a slot before
 */
export function lanesPerJob(
  lanes: number,
  waitingJobs: number,
  destination: Pick<DestinationDocument, 'concurrency' | 'rate' | 'kind'>,
): number {
  if (isOneByOne(destination)) return 1;
  const { concurrency } = destination;
  const most = Math.min(MOST_LANES, Math.ceil(LANES_AT_A_TIME / concurrency));
  const slots = concurrency - waitingJobs;
  return slots > 0 ? Math.min(most, Math.ceil(lanes / slots)) : most;
}

/** With a rate, every job is one message: BullMQ counts jobs. A handler may run for minutes: its message is made then. */
export function isOneByOne({ rate, kind }: Pick<DestinationDocument, 'rate' | 'kind'>): boolean {
  return Boolean(rate) || kind === 'handler';
}

/** Jobs for these lanes, in their sequence. */
export function jobsOf(orders: readonly string[], priority: LanePriority, perJob: number): NewJob[] {
  const groups = Array.from({ length: Math.ceil(orders.length / perJob) }, (_, i) =>
    orders.slice(i * perJob, (i + 1) * perJob),
  );
  return groups.map(([first = '', ...rest]) =>
    rest.length === 0 ? jobOf(first, priority) : sharedJobOf([first, ...rest], priority),
  );
}

/** A lane has at most one waiting and one active job of its own of each priority; a wake-up meanwhile is kept. */
export function jobOf(order: string, priority: LanePriority): NewJob {
  const deduplication = { id: deduplicationId(order, priority), keepLastIfActive: true };
  return {
    name: 'lane',
    data: { orders: [order] },
    opts: { deduplication, priority: 1 + LANE_PRIORITIES.indexOf(priority) },
  };
}

function sharedJobOf(orders: string[], priority: LanePriority): NewJob {
  return {
    name: 'lanes',
    data: { orders },
    opts: { jobId: `lanes-${randomUUID()}`, priority: 1 + LANE_PRIORITIES.indexOf(priority) },
  };
}

/** Which job each lane of these jobs has. */
export function membersOf(jobs: readonly NewJob[]): Map<string, string> {
  return new Map(jobs.flatMap(({ data, opts }) => data.orders.map((order) => [order, opts.jobId ?? ''])));
}

export function deduplicationId(order: string, priority: LanePriority): string {
  return `${order}:${priority}`;
}
