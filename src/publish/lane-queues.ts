import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { Woken } from '../persist/effect-store.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { inPartitionOf, laneQueue, type RedisKeys } from '../system/redis-keys.ts';
import {
  deduplicationId,
  jobOf,
  jobsOf,
  LANE_PRIORITIES,
  lanesPerJob,
  membersOf,
  type LaneJob,
  type LanePriority,
} from './lane-jobs.ts';

/** What a destination says about its jobs. */
type JobsOf = Pick<DestinationDocument, '_id' | 'priority' | 'concurrency' | 'rate' | 'kind'>;

/**
 * A BullMQ queue for each destination: its rate and its concurrency hold over all publishers. A job wakes lanes: one, or
 * several if more wait than can be sent at a time (lane-jobs.ts).
 */
export class LaneQueues {
  readonly #queues = new Map<string, Queue<LaneJob>>();
  readonly #connection: Redis;
  readonly #partitions: readonly RedisKeys[];
  readonly #log: Logger;

  constructor(connection: Redis, partitions: readonly RedisKeys[], log: Logger) {
    this.#connection = connection;
    this.#partitions = partitions;
    this.#log = log;
  }

  of(destination: string): Queue<LaneJob> {
    const known = this.#queues.get(destination);
    if (known) return known;
    const queue = new Queue<LaneJob>(laneQueue(destination), {
      connection: this.#connection,
      prefix: inPartitionOf(destination, this.#partitions).queuePrefix,
      skipWaitingForReady: true,
      streams: { events: { maxLen: 100 } },
      defaultJobOptions: {
        removeOnComplete: true,
        removeOnFail: true,
        attempts: Number.MAX_SAFE_INTEGER,
        backoff: { type: 'custom' },
        stackTraceLimit: 1,
      },
    });
    // The connection's own listener logs once that Redis is down; BullMQ would print every attempt.
    queue.on('error', () => undefined);
    this.#queues.set(destination, queue);
    return queue;
  }

  /** Does not throw: the sweeper replaces a lost wake-up. */
  async wake(destination: JobsOf, effects: readonly Woken[]): Promise<void> {
    const byPriority = Map.groupBy(effects, (each) => priorityOf(destination, each));
    try {
      for (const [priority, some] of byPriority)
        await this.add(destination, priority, [...new Set(some.map(({ order }) => order))]);
    } catch (error) {
      const because = messageOf(error);
      this.#log.warn({ destination: destination._id, because }, 'lanes not woken; the sweeper will do it');
    }
  }

  /** Jobs that wake these lanes now. @param orders each once */
  async add(destination: JobsOf, priority: LanePriority, orders: readonly string[]): Promise<void> {
    if (orders.length === 0) return;
    const waiting = await this.of(destination._id).getJobCountByTypes('wait', 'prioritized');
    const jobs = jobsOf(orders, priority, lanesPerJob(orders.length, waiting, destination));
    const shared = jobs.filter(({ data }) => data.orders.length > 1);
    if (shared.length > 0) await this.#connection.hset(this.#wokenKey(destination._id), membersOf(shared));
    await this.of(destination._id).addBulk(jobs);
  }

  /** A job of its own for a lane, which runs at this time. */
  async addLater(
    { _id }: Pick<JobsOf, '_id'>,
    priority: LanePriority,
    later: { order: string; at: number }[],
  ): Promise<void> {
    const jobs = later.map(({ order, at }) => {
      const { opts, ...job } = jobOf(order, priority);
      return { ...job, opts: { ...opts, delay: Math.max(0, at - Date.now()) } };
    });
    if (jobs.length > 0) await this.of(_id).addBulk(jobs);
  }

  /** Called when a job that wakes several lanes is done. */
  async ended(destination: string, orders: readonly string[]): Promise<void> {
    await this.#connection.hdel(this.#wokenKey(destination), ...orders);
  }

  /** Wakes lanes now, whatever jobs of theirs are delayed or lost. */
  async wakeAgain(destination: JobsOf, effects: readonly Woken[]): Promise<void> {
    const queue = this.of(destination._id);
    await Promise.all(
      effects.flatMap(({ order }) =>
        LANE_PRIORITIES.map((priority) => queue.removeDeduplicationKey(deduplicationId(order, priority))),
      ),
    );
    await this.wake(destination, effects);
  }

  /** Of these lanes, those without a job that will run. */
  async withoutJob(destination: string, orders: readonly string[]): Promise<string[]> {
    if (orders.length === 0) return [];
    const queue = this.of(destination);
    const sharedIds = await this.#connection.hmget(this.#wokenKey(destination), ...orders);
    const idsOf = async (order: string, i: number) => [
      sharedIds[i],
      ...(await Promise.all(
        LANE_PRIORITIES.map((priority) => queue.getDeduplicationJobId(deduplicationId(order, priority))),
      )),
    ];
    const ids = (await Promise.all(orders.map(idsOf))).map((some) => some.flatMap((id) => id ?? []));
    const distinct = [...new Set(ids.flat())];
    const states = await Promise.all(distinct.map((id) => queue.getJobState(id)));
    const alive = new Set(distinct.filter((_, i) => states[i] !== 'unknown'));
    return orders.filter((_, i) => !ids[i]?.some((id) => alive.has(id)));
  }

  /** Deletes a destination's jobs. Does not throw: a job without effects does nothing. */
  async forget(destination: string): Promise<void> {
    try {
      await this.of(destination).obliterate({ force: true });
      await this.#connection.del(this.#wokenKey(destination));
    } catch (error) {
      this.#log.warn(
        { destination, because: messageOf(error) },
        'could not delete the jobs of a destination',
      );
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #wokenKey(destination: string): string {
    return inPartitionOf(destination, this.#partitions).lanesWoken(destination);
  }
}

function priorityOf(
  { priority }: Pick<JobsOf, 'priority'>,
  { topic, backfilled }: Omit<Woken, 'order'>,
): LanePriority {
  if (backfilled) return 'backfill';
  return typeof priority === 'string' ? priority : (priority[topic] ?? 'normal');
}
