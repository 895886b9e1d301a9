import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { inPartitionOf, laneQueue, type RedisKeys } from '../system/redis-keys.ts';
import { PRIORITIES, type Priority } from '../system/states.ts';

/** What a backfill made comes after everything that is live. */
const LANE_PRIORITIES = [...PRIORITIES, 'backfill'] as const;
type LanePriority = Priority | 'backfill';

/** The data of a lane's job: a wake-up, and nothing from the message. */
export interface LaneJob {
  order: string;
}

type Woken = Pick<EffectDocument, 'order' | 'topic' | 'backfilled'>;
type PriorityOf = Pick<DestinationDocument, '_id' | 'priority'>;

/**
 * A BullMQ queue for each destination: its rate and its concurrency hold over all publishers. A job wakes a lane. A lane
 * has at most one waiting and one active job of each priority, and a wake-up that arrives meanwhile is kept.
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
  async wake(destination: PriorityOf, effects: readonly Woken[]): Promise<void> {
    const jobs = effects.map((each) => ({ order: each.order, priority: priorityOf(destination, each) }));
    if (jobs.length === 0) return;
    const distinct = new Map(jobs.map((each) => [idOf(each), each]));
    try {
      await this.of(destination._id).addBulk([...distinct.values()].map(jobOf));
    } catch (error) {
      const because = messageOf(error);
      this.#log.warn({ destination: destination._id, because }, 'lanes not woken; the sweeper will do it');
    }
  }

  /** Wakes lanes now, whatever jobs of theirs are delayed or lost. */
  async wakeAgain(destination: PriorityOf, effects: readonly Woken[]): Promise<void> {
    const queue = this.of(destination._id);
    await Promise.all(
      effects.flatMap(({ order }) =>
        LANE_PRIORITIES.map((priority) => queue.removeDeduplicationKey(idOf({ order, priority }))),
      ),
    );
    await this.wake(destination, effects);
  }

  /** Of these lanes, those without a job that will run. */
  async withoutJob(destination: string, orders: readonly string[]): Promise<string[]> {
    const queue = this.of(destination);
    const hasJob = async (order: string) => {
      const ids = await Promise.all(
        LANE_PRIORITIES.map((priority) => queue.getDeduplicationJobId(idOf({ order, priority }))),
      );
      const states = await Promise.all(ids.flatMap((id) => (id === null ? [] : [queue.getJobState(id)])));
      return states.some((state) => state !== 'unknown');
    };
    const have = await Promise.all(orders.map(hasJob));
    return orders.filter((_, i) => !have[i]);
  }

  /** Deletes a destination's jobs. Does not throw: a job without effects does nothing. */
  async forget(destination: string): Promise<void> {
    try {
      await this.of(destination).obliterate({ force: true });
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
}

interface Wake {
  order: string;
  priority: LanePriority;
}

function idOf({ order, priority }: Wake): string {
  return `${order}:${priority}`;
}

function jobOf(wake: Wake) {
  const deduplication = { id: idOf(wake), keepLastIfActive: true };
  return {
    name: 'lane',
    data: { order: wake.order },
    opts: { deduplication, priority: 1 + LANE_PRIORITIES.indexOf(wake.priority) },
  };
}

function priorityOf({ priority }: PriorityOf, { topic, backfilled }: Omit<Woken, 'order'>): LanePriority {
  if (backfilled) return 'backfill';
  return typeof priority === 'string' ? priority : (priority[topic] ?? 'normal');
}
