import type { Redis } from 'ioredis';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { createDepositor, type Depositor } from '../../src/deposit/depositor.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { openQueues } from '../../src/deposit/queues.ts';
import { withScripts } from '../../src/deposit/scripts.ts';
import { createWaker } from '../../src/deposit/waker.ts';
import { asShopDomain, orderKey } from '../../src/order/identity.ts';
import { routeOf } from '../../src/order/routing.ts';
import { isTopic } from '../../src/order/topics.ts';
import { openRedis } from '../../src/system/connections.ts';
import { createLog } from '../../src/system/log.ts';
import { allRedisKeys, type RedisKeys } from '../../src/system/redis-keys.ts';

const TTL_SECONDS = 48 * 3600;
const AT_A_TIME = 500;

/** Puts events into mailboxes as ingest does, without HTTP: half a million in a minute. */
export class Backlog {
  readonly redis: Redis;
  readonly #keys: readonly RedisKeys[];
  readonly #depositor: Depositor;
  readonly #close: () => Promise<void>;

  constructor(redisUrl: string, partitions: number) {
    const log = createLog('load test', 'warn');
    const redis = withScripts(openRedis(redisUrl, 'patient', log));
    this.redis = redis;
    this.#keys = allRedisKeys(partitions);
    const queues = openQueues(redis, this.#keys);
    const wakes = createWaker(queues, log, () => undefined);
    this.#depositor = createDepositor(redis, this.#keys, wakes, TTL_SECONDS);
    this.#close = async () => {
      await wakes.flush();
      await Promise.all(queues.map((queue) => queue.close()));
      redis.disconnect();
    };
  }

  /** @throws if an event was not accepted, or was a duplicate */
  async put(deliveries: readonly Delivery[]): Promise<void> {
    for (let from = 0; from < deliveries.length; from += AT_A_TIME)
      await Promise.all(deliveries.slice(from, from + AT_A_TIME).map((each) => this.#putOne(each)));
  }

  async #putOne({ topic, shop: domain, webhookId, triggeredAt, body }: Delivery): Promise<void> {
    const shop = asShopDomain(domain);
    const route = isTopic(topic) ? routeOf(topic, body) : null;
    if (!shop || route?.to !== 'order') throw new Error(`${topic} of ${domain} names no order`);
    const prints = fingerprintsOf({ shop, topic, webhookId, triggeredAt: null, body });
    const { outcome } = await this.#depositor.deposit(
      {
        id: prints.event,
        order: orderKey(shop, route.orderId),
        topic,
        webhookId,
        triggeredAt: triggeredAt.toISOString(),
        receivedAt: Date.now(),
        unreadable: null,
        body,
      },
      prints.delivery,
    );
    if (outcome !== 'accepted') throw new Error('the same event twice: each backlog needs its own plan');
  }

  /** Orders with waiting events. */
  async orders(): Promise<number> {
    const each = await Promise.all(this.#keys.map(({ pending }) => this.redis.zcard(pending)));
    return each.reduce((sum, orders) => sum + orders, 0);
  }

  async close(): Promise<void> {
    await this.#close();
  }
}
