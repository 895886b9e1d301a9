import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../compare/comparison.ts';
import { planSale, type SaleOptions } from '../sale/plan.ts';
import { Lockstep } from '../../testkit/local/lockstep.ts';
import { startServers } from '../../testkit/local/servers.ts';
import { whileStopped } from '../sale/stopped.ts';
import { usedMemory } from '../sale/used-memory.ts';
import { Backlog } from './backlog.ts';

/** The size and kind of a backlog, which one worker then drains. */
export interface Case {
  name: string;
  orders: number;
  shops: number;
  /** Further events of each order after its first four. */
  updates: number;
  partitions: number;
  repeats: number;
}

/** The costs; medians. */
export interface Measured extends Case {
  events: number;
  /** Of putting it into Redis. */
  depositMicros: number;
  /** Of applying it, per event: worker, Redis and MongoDB together. */
  applyMicros: number;
  redisBytes: number;
}

/** Orders planned at a time: half a million bodies in memory would take 3 GB. */
const CHUNK = 2500;
const WARM_UP: Omit<Case, 'name' | 'partitions' | 'repeats'> = { orders: 2500, shops: 1, updates: 0 };
const LOOK_MS = 10;

let plans = 0;

/** Its own servers and worker, warmed up, and emptied before each repeat. */
export async function measure(growth: Case): Promise<Measured> {
  const servers = await startServers();
  const backlog = new Backlog(servers.redisUrl, growth.partitions);
  const lockstep = new Lockstep(servers, { env: { PARTITIONS: String(growth.partitions) } });
  const worker = await lockstep.start('worker');
  try {
    await fill(backlog, WARM_UP);
    await untilDrained(backlog);
    const runs: { deposit: number; apply: number; bytes: number }[] = [];
    let events = 0;
    for (let nth = 0; nth < growth.repeats; nth += 1) {
      const before = await usedMemory(backlog.redis);
      const began = performance.now();
      const { filled, after } = await whileStopped([worker], async () => {
        events = await fill(backlog, growth);
        return { filled: performance.now(), after: await usedMemory(backlog.redis) };
      });
      const from = performance.now();
      await untilDrained(backlog);
      runs.push({ deposit: filled - began, apply: performance.now() - from, bytes: after - before });
    }
    const micros = (pick: (run: (typeof runs)[number]) => number) => (median(runs.map(pick)) * 1000) / events;
    return {
      ...growth,
      events,
      depositMicros: micros(({ deposit }) => deposit),
      applyMicros: micros(({ apply }) => apply),
      redisBytes: median(runs.map(({ bytes }) => bytes)) / events,
    };
  } finally {
    await lockstep.stop();
    await backlog.close();
    await servers.close();
  }
}

/** @returns the number of events */
async function fill(
  backlog: Backlog,
  { orders, shops, updates }: Pick<Case, 'orders' | 'shops' | 'updates'>,
): Promise<number> {
  let events = 0;
  for (let done = 0; done < orders; done += CHUNK) {
    plans += 1;
    const options: SaleOptions = {
      orders: Math.min(CHUNK, orders - done),
      shops: Math.min(shops, orders),
      topics: ['create', 'transaction', 'paid', 'updated'],
      dup: 0,
      shuffle: 0,
      updates,
      seed: plans,
      // Every chunk has the same shops; which one an order belongs to depends on its number.
      id: 'growth',
      firstNumber: 1001 + plans * CHUNK,
    };
    const { deliveries } = planSale(options);
    await backlog.put(deliveries);
    events += deliveries.length;
  }
  return events;
}

async function untilDrained(backlog: Backlog): Promise<void> {
  while ((await backlog.orders()) > 0) await sleep(LOOK_MS);
}
