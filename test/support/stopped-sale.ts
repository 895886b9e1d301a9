import { QUEUE, redisKeys } from '../../src/system/redis-keys.ts';
import { planSale, TOPICS, type TopicName } from '../../load-tests/sale/plan.ts';
import type { Rig } from '../faults/rig.ts';
import type { Link } from './link.ts';
import { livesOf, poisoned } from './lives.ts';
import { until } from './until.ts';

/** A flash sale whose worker is stopped during a commit. */
export interface StoppedSale {
  /** Locked, and with waiting events. */
  order: string;
  resume: () => void;
}

const ORDERS = 300;
const SHOP = 'stopped.myshopify.com';

/**
 * A sale with its duplicates, all of it applied; then one event that cannot be applied, and a worker that
 * stops with an order's lock while events of some orders wait. Nothing changes any more: every figure can be
 * compared.
 * @param mongo the link through which the rig's only worker reaches MongoDB
 */
export async function stopInTheSale(rig: Rig, mongo: Link): Promise<StoppedSale> {
  const topics = Object.keys(TOPICS) as TopicName[];
  const sale = planSale({ orders: ORDERS, shops: 3, topics, dup: 10, shuffle: 20, seed: 1, id: 'stopped' });
  await rig.deliverAll(sale.deliveries);
  const [life = [], ...others] = livesOf(rig.random, SHOP, 5);
  await rig.deliver(life[0]!);
  await rig.deliver(poisoned(life[0]!, 'poisoned'));
  await rig.settled();
  // Wake-ups that find nothing to do lock their orders, too.
  await until(async () => (await jobsOf(rig)) === 0, 30_000, 'the last wake-ups');

  const [worker] = rig.workers;
  const commit = mongo.intercept('lockstep.orders');
  await rig.deliver(life[1]!);
  await commit.reached;
  worker?.program.child.kill('SIGSTOP');
  await rig.deliverAll([life[2]!, ...others.flatMap((other) => other.slice(0, 3))]);
  return {
    order: `${SHOP}/${(JSON.parse(life[0]!.body.toString()) as { id: number }).id}`,
    resume: () => {
      worker?.program.child.kill('SIGCONT');
      commit.release();
    },
  };
}

async function jobsOf({ direct }: Rig): Promise<number> {
  const key = `${redisKeys(0).queuePrefix}:${QUEUE}`;
  const counts = await Promise.all([
    direct.llen(`${key}:wait`),
    direct.zcard(`${key}:prioritized`),
    direct.llen(`${key}:active`),
    direct.zcard(`${key}:delayed`),
  ]);
  return counts.reduce((sum, count) => sum + count, 0);
}
