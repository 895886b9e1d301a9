import type { Connection } from 'mongoose';
import type { ServerUrls } from '../../testkit/local/lockstep.ts';
import type { RivalOutcome } from '../rivals/outcome.ts';
import type { Sale } from '../sale/plan.ts';
import type { Sending } from '../sale/send.ts';
import { whileStopped } from '../sale/stopped.ts';
import { usedMemory } from '../sale/used-memory.ts';
import { untilApplied } from './applied.ts';
import { BARE, type Contender } from './contenders.ts';
import type { Place } from './place.ts';
import { withContender, type Running } from './running.ts';
import { NOTHING_SPENT, startMeter, type Spent } from './spent.ts';

/** What one contender did with one sale. */
export interface Race extends RivalOutcome, Spent {
  acksPerSecond: number;
  ackP99Ms: number;
  /** Events per second that reached MongoDB; null for a contender that applies none. */
  eventsPerSecond: number | null;
  /** Redis memory; null for a contender that stores nothing there. */
  bytesPerWaiting: number | null;
  /** Answers other than 200. */
  refused: number;
}

/** What is sent: first the warm-up, which is not counted. */
export interface Sales {
  sale: Sale;
  warmUp: Sale;
}

/** A contender that has not applied everything by then has failed. */
const DRAIN_MS = 300_000;

/**
 * First, a smaller sale warms everything up; it is applied and not counted. Then a whole sale is accepted
 * while the workers are stopped, and then they apply it. The servers are emptied before.
 * @param afterwards further work on its database, before it is dropped
 * @throws if a contender does not apply everything in five minutes
 */
export async function race(
  contender: Contender,
  servers: ServerUrls,
  sales: Sales,
  workers: number,
  afterwards?: (mongo: Connection) => Promise<void>,
): Promise<Race> {
  return await withContender(contender, servers, workers, async (running) => {
    const { place, log, send } = running;
    const { sale, warmUp } = sales;
    await send(warmUp);
    if (contender !== BARE) await allApplied(place, contender, warmUp.figures.events);
    const meter = await startMeter(running);
    const { sent, bytes } = await sendWhileStopped(running, sale);
    const taken = takenOf(sent);
    if (contender === BARE) return { ...taken, ...NOTHING };

    const began = performance.now();
    await allApplied(place, contender, warmUp.figures.events + sale.figures.events);
    const drained = (sale.figures.events * 1000) / (performance.now() - began);
    const spent = await meter(sale.figures.events);
    const deliveries = [...warmUp.deliveries, ...sale.deliveries];
    const outcome = await contender.outcome({ ...place, deliveries, log });
    await afterwards?.(place.mongo);
    const bytesPerWaiting = workers > 0 && !contender.waitsIn ? bytes / sale.figures.events : null;
    const eventsPerSecond = workers > 0 ? drained : taken.acksPerSecond;
    return { ...taken, ...outcome, ...spent, eventsPerSecond, bytesPerWaiting };
  });
}

/** Sends a sale while the workers are stopped. @returns also the bytes that Redis needs for it */
export async function sendWhileStopped(
  { place, workers, send }: Running,
  sale: Sale,
): Promise<{ sent: Sending; bytes: number }> {
  const before = await usedMemory(place.redis);
  return await whileStopped(workers, async () => {
    const sent = await send(sale);
    return { sent, bytes: (await usedMemory(place.redis)) - before };
  });
}

/** @throws if it takes more than five minutes */
export async function allApplied(place: Place, { name }: Contender, events: number): Promise<void> {
  if (!(await untilApplied(place, events, { wholeMs: DRAIN_MS, stillMs: DRAIN_MS })))
    throw new Error(`${name} has not applied everything after ${DRAIN_MS / 1000} s`);
}

function takenOf(sent: Sending): Pick<Race, 'acksPerSecond' | 'ackP99Ms' | 'refused'> {
  return {
    acksPerSecond: sent.acked / ((sent.lastAt - sent.firstAt) / 1000),
    ackP99Ms: sent.latencies.whole().p99Ms,
    refused: sent.sent - sent.acked,
  };
}

const NOTHING = {
  ...NOTHING_SPENT,
  eventsPerSecond: null,
  bytesPerWaiting: null,
  lost: 0,
  twice: 0,
  inversions: 0,
  wrong: 0,
};
