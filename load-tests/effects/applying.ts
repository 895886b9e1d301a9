import { setTimeout as sleep } from 'node:timers/promises';
import { newOrders } from './orders.ts';
import { Rig } from './rig.ts';

/** How long events take from the answer to Shopify to their commit, without and with destinations. */
export interface Applying {
  name: string;
  /** The 99th percentiles of all rounds, in ms; alternately without and with. */
  without: number[];
  with: number[];
}

const ROUNDS = 9;
const ORDERS = 250;
const TOPICS = ['create', 'transaction', 'paid', 'updated'] as const;
/** About 100 events a second: nothing waits for anything but its own commit. */
const ORDERS_AT_A_TIME = 5;
const PAUSE_MS = 200;

/** A destination that takes every message and never answers, with a publisher that keeps trying. */
export async function besideADeadDestination(): Promise<Applying> {
  return await compare('beside a dead destination', 'never', 1);
}

/** No publisher: what a commit itself costs more if something is to be set off. */
export async function commitsThatSetOffEffects(): Promise<Applying> {
  return await compare('commits that set off an effect', 'never', 0);
}

async function compare(name: string, sink: 'never', publishers: number): Promise<Applying> {
  const rig = await Rig.open();
  try {
    const url = await rig.sink(sink);
    await rig.publishers(publishers);
    await p99Of(rig);
    const rounds: { without: number; with: number }[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      const without = await p99Of(rig);
      await rig.destination('dead', { url, timeoutMs: 1000 });
      rounds.push({ without, with: await p99Of(rig) });
      await rig.remove('dead');
    }
    return { name, without: rounds.map((each) => each.without), with: rounds.map((each) => each.with) };
  } finally {
    await rig.close();
  }
}

/** The 99th percentile from receipt to commit, of events that arrive steadily. */
async function p99Of(rig: Rig): Promise<number> {
  const since = new Date();
  for (let sent = 0; sent < ORDERS; sent += ORDERS_AT_A_TIME) {
    await rig.put(newOrders(ORDERS_AT_A_TIME, [...TOPICS]));
    await sleep(PAUSE_MS);
  }
  await rig.drained();
  const events = await rig.collections.events
    .find({ receivedAt: { $gte: since } }, { receivedAt: 1, appliedAt: 1 })
    .lean();
  const took = events.map(({ receivedAt, appliedAt }) => Number(appliedAt) - Number(receivedAt));
  return took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0;
}
