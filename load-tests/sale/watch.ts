import { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { collectionsOf } from '../../src/persist/collections.ts';
import { mongoReady, openMongo } from '../../src/system/connections.ts';
import { allRedisKeys } from '../../src/system/redis-keys.ts';
import { readWaiting } from '../../src/health/waiting.ts';
import type { Sample, Times } from '../report/run.ts';
import type { Sending } from './send.ts';
import type { Target } from './stack.ts';
import { readWorkerTimes, timesBetween, type TimeName } from './worker-times.ts';

type Counted = Awaited<ReturnType<typeof readWorkerTimes>>;

/** Samples a running sale once a second, from Redis, MongoDB, and the workers' metrics. */
export class SaleWatch {
  readonly samples: Sample[] = [];
  readonly redis: Redis;
  readonly mongo: Connection;
  readonly collections: ReturnType<typeof collectionsOf>;
  readonly #target: Target;
  readonly #sending: Sending;
  readonly #onSample: (sample: Sample) => void;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #eventsBefore = 0;
  #timesBefore: Counted = null;
  #timesLast: Counted = null;

  private constructor(target: Target, sending: Sending, onSample: (sample: Sample) => void) {
    this.#target = target;
    this.#sending = sending;
    this.#onSample = onSample;
    this.redis = new Redis(target.redisUrl);
    // A failed sample reports itself; ioredis would print every attempt to reconnect.
    this.redis.on('error', () => undefined);
    this.mongo = openMongo(target.mongoUri);
    this.collections = collectionsOf(this.mongo);
  }

  static async open(
    target: Target,
    sending: Sending,
    onSample: (sample: Sample) => void,
  ): Promise<SaleWatch> {
    const watch = new SaleWatch(target, sending, onSample);
    await mongoReady(watch.mongo);
    return watch;
  }

  /** Everything counts from here on. */
  async begin(): Promise<void> {
    this.#eventsBefore = await this.collections.events.estimatedDocumentCount();
    this.#timesBefore = this.#timesLast = await readWorkerTimes(this.#target.workerUrls);
    const began = performance.now();
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look((performance.now() - began) / 1000)
        .catch(() => undefined)
        .finally(() => (this.#looking = null));
    }, 1000);
  }

  async stop(): Promise<Record<TimeName, Times | null>> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
    return timesBetween(this.#timesBefore, await readWorkerTimes(this.#target.workerUrls));
  }

  /** Events of this run that have reached MongoDB. */
  async applied(): Promise<number> {
    return (await this.collections.events.estimatedDocumentCount()) - this.#eventsBefore;
  }

  /** Nothing waits in a mailbox, and nothing is spooled. */
  async isSettled(): Promise<boolean> {
    const { orders } = await readWaiting(this.redis, allRedisKeys(this.#target.partitions));
    return orders === 0 && (await this.collections.spool.estimatedDocumentCount()) === 0;
  }

  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.redis.disconnect();
    await this.mongo.close();
  }

  async #look(second: number): Promise<void> {
    const [waiting, applied, times] = await Promise.all([
      readWaiting(this.redis, allRedisKeys(this.#target.partitions)),
      this.applied(),
      readWorkerTimes(this.#target.workerUrls),
    ]);
    const since = timesBetween(this.#timesLast, times);
    this.#timesLast = times;
    const ack = this.#sending.latencies.takeSecond();
    const sample = {
      second: Number(second.toFixed(1)),
      sent: this.#sending.sent,
      acked: this.#sending.acked,
      applied,
      waiting: waiting.events,
      ackP50Ms: ack.p50Ms,
      ackP99Ms: ack.p99Ms,
      lockHeldMs: since['lock held']?.meanMs ?? null,
      commitMs: since.commit?.meanMs ?? null,
    };
    this.samples.push(sample);
    this.#onSample(sample);
  }
}
