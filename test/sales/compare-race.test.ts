import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCKSTEP } from '../../load-tests/compare/contenders.ts';
import { race } from '../../load-tests/compare/race.ts';
import { workload } from '../../load-tests/compare/workloads.ts';
import { startServers, type Servers } from '../../testkit/local/servers.ts';

describe('a race', () => {
  let servers: Servers;
  beforeAll(async () => {
    // Its own Redis: a race begins with an empty one.
    servers = await startServers();
  });
  afterAll(() => servers?.close());

  test('of Lockstep with one worker: everything is applied once and in sequence', async () => {
    const sales = workload('spread', 100, 1);
    const { events, duplicates } = sales.sale.figures;
    let journaled = 0;
    const told = await race(LOCKSTEP, servers, sales, 1, async (mongo) => {
      journaled = await mongo.collection('events').countDocuments();
    });
    expect(told).toMatchObject({ lost: 0, twice: 0, inversions: 0, wrong: 0, refused: 0 });
    expect(journaled).toBe(events + sales.warmUp.figures.events);
    expect(duplicates).toBeGreaterThan(0);
    expect(told.acksPerSecond).toBeGreaterThan(10);
    expect(told.ackP99Ms).toBeGreaterThan(0);
    expect(told.eventsPerSecond).toBeGreaterThan(10);
    // Bodies have at least 4 kB. A waiting event takes less, because it is compressed, but more than nothing.
    expect(told.bytesPerWaiting).toBeGreaterThan(100);
    expect(told.bytesPerWaiting).toBeLessThan(4000);
    // More than a tenth of a millisecond, and less than a second: both work, and neither is busy otherwise.
    for (const micros of [told.ownCpuMicros, told.serverCpuMicros]) {
      expect(micros).toBeGreaterThan(100);
      expect(micros).toBeLessThan(1_000_000);
    }
    // A commit of many orders is flushed once.
    expect(told.mongoFlushes).toBeGreaterThan(0);
    expect(told.mongoFlushes).toBeLessThan(1);
  });
});

describe('a workload', () => {
  test('hot has a quarter of the events of spread, a hundred for each order', () => {
    const [spread, hot] = [workload('spread', 400, 1), workload('hot', 400, 1)];
    expect(spread.sale.figures).toMatchObject({ orders: 400, events: 1600 });
    expect(hot.sale.figures).toMatchObject({ orders: 4, events: 400 });
  });

  test('is the same for every contender, and its warm-up is another, smaller sale of another shop', () => {
    const [one, other] = [workload('spread', 100, 1), workload('spread', 100, 1)];
    const idsOf = ({ sale }: typeof one) => sale.deliveries.map(({ webhookId }) => webhookId);
    expect(idsOf(other)).toEqual(idsOf(one));
    expect(one.warmUp.figures.orders).toBe(25);
    expect(one.warmUp.shops).not.toEqual(one.sale.shops);
    const warm = new Set(one.warmUp.deliveries.map(({ webhookId }) => webhookId));
    expect(idsOf(one).filter((id) => warm.has(id))).toEqual([]);
  });
});
