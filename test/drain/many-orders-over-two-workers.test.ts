import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { drainOrders } from '../../src/drain/drain-order.ts';
import { openWorkers } from '../../src/drain/drain-workers.ts';
import { decide } from '../../src/order/decide.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { journalOf, lifeEvents, openInProcess, silent, type Inside } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { RECEIVED_AT } from '../support/waiting-event.ts';

const ORDERS = 40;

describe('the events of many orders, shuffled and duplicated, over two workers', () => {
  let inside: Inside;
  let workers: ReturnType<typeof openWorkers>;
  beforeAll(async () => {
    inside = await openInProcess();
    const drain = (orders: readonly OrderKey[], id: string) => drainOrders(orders, inside.tools, id);
    workers = [1, 2].flatMap(() =>
      openWorkers(inside.redis, inside.partitions, 20, drain, {
        ...inside,
        log: silent,
        onFailure: () => undefined,
      }),
    );
    for (const worker of workers) void worker.run();
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await inside.close();
  });

  test('P3, P5: every order ends as if its events had arrived once and in sequence', async () => {
    const random = randomFrom(11);
    const lives = Array.from({ length: ORDERS }, (_, i) => lifeEvents(100 + i));
    const deliveries = random.shuffled([...lives.flat(), ...lives.flat()]);
    const answers = await Promise.all(deliveries.map((event) => inside.depositor.deposit(event, null)));
    expect(answers.filter((answer) => answer.outcome === 'accepted')).toHaveLength(lives.flat().length);
    await until(async () => (await inside.redis.zcard(inside.keys.pending)) === 0);
    // Long before they would expire.
    const locks = () => inside.redis.keys(inside.keys.lock('*' as OrderKey));
    await until(async () => (await locks()).length === 0, 3000, 'all locks to be released');

    for (const life of lives) {
      const order = life[0]?.order as OrderKey;
      const expected = decide(order, null, life, RECEIVED_AT).order;
      const { status, facts, parts, lines } = (await inside.tools.orders.load(order)) ?? {};
      expect({ status, facts, parts, lines }).toEqual({
        status: expected?.status,
        facts: expected?.facts,
        parts: expected?.parts,
        lines: expected?.lines,
      });
      const entries = await journalOf(inside, order);
      expect(entries.map((entry) => entry._id).toSorted()).toEqual(life.map((event) => event.id).toSorted());
      expect(entries.map((entry) => entry.sequence)).toEqual(life.map((_, i) => i + 1));
    }
    const failed = (await inside.metrics.drains.get()).values.filter(
      (each) => each.labels.outcome === 'failed',
    );
    expect(failed).toEqual([]);
  });
});
