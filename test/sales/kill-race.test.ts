import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTENDERS, LOCKSTEP, type Contender } from '../../load-tests/compare/contenders.ts';
import { killRace } from '../../load-tests/compare/kill-race.ts';
import { workload } from '../../load-tests/compare/workloads.ts';
import { startServers, type Servers } from '../../testkit/local/servers.ts';

/** Enough that the killed worker has orders in hand, and others wait. */
const ORDERS = 500;

function contender(named: Contender['name']): Contender {
  const found = CONTENDERS.find(({ name }) => name === named);
  if (!found) throw new Error(`no contender ${named}`);
  return found;
}

describe('a race with a kill', () => {
  let servers: Servers;
  beforeAll(async () => {
    // Its own Redis: a race begins with an empty one.
    servers = await startServers();
  });
  afterAll(() => servers?.close());

  test('of Lockstep: the other worker applies everything once and in sequence', async () => {
    const told = await killRace(LOCKSTEP, servers, workload('spread', ORDERS, 1));
    expect(told).toMatchObject({ stuck: 0, lost: 0, twice: 0, inversions: 0, wrong: 0 });
    expect(told.ordersLeft).toBeGreaterThan(0);
    expect(told.standstillSeconds).toBeGreaterThan(0);
    expect(told.finishedSeconds).toBeGreaterThanOrEqual(told.standstillSeconds ?? Infinity);
  });

  test('of a rival whose lock lasts longer than we wait: events are stuck, and not lost', async () => {
    // BullMQ extends the lock of a job to 30 s every 15 s, so no job of a dead worker is free sooner than 15 s.
    const patience = { stillMs: 8000, wholeMs: 60_000 };
    const sales = workload('spread', ORDERS, 1);
    const told = await killRace(contender('lock; busy: moveToDelayed'), servers, sales, patience);
    expect(told).toMatchObject({ lost: 0, standstillSeconds: null, finishedSeconds: null });
    expect(told.stuck).toBeGreaterThan(0);
    expect(told.stuck).toBeLessThan(sales.sale.figures.events / 2);
    expect(told.ordersLeft).toBeGreaterThan(0);
  });
});
