import { setTimeout as sleep } from 'node:timers/promises';
import type { EventId, OrderKey } from '../../src/order/identity.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import type { ServerUrls } from '../../testkit/local/lockstep.ts';
import { readDelivery, type RivalOutcome } from '../rivals/outcome.ts';
import { untilApplied, type Patience } from './applied.ts';
import type { Contender } from './contenders.ts';
import type { Place } from './place.ts';
import { allApplied, sendWhileStopped, type Sales } from './race.ts';
import { withContender } from './running.ts';
import { longest, standstillsOf } from './standstill.ts';

/** What happened to a sale of which one worker was killed. */
export interface KillRace extends RivalOutcome {
  /** Events that were accepted, and are not applied long after the kill. */
  stuck: number;
  /** Orders of which events were left at the kill. */
  ordersLeft: number;
  /** The longest that an order stood still after the kill. Null: one still does. */
  standstillSeconds: number | null;
  /** From the kill until everything was applied. Null: never. */
  finishedSeconds: number | null;
}

const WORKERS = 2;
/** Between two looks at the journal, which cost MongoDB time. */
const WATCH_MS = 100;

/**
 * When an event is stuck. All contenders that notice a dead worker do so within 75 s: BullMQ's lock expires after
 * 30 s, and a look every 30 s releases its job; pg-boss, with the settings of its rival, needs 20 s. As long as events
 * are applied, the other worker has three minutes.
 */
const PATIENCE: Patience = { stillMs: 75_000, wholeMs: 180_000 };

/**
 * A sale is accepted while two workers are stopped. They continue, and when half of the events are applied, one of
 * them is killed and not started again. The other has to do the rest.
 * @throws if a webhook was not accepted, or if the workers do not apply half of the events in five minutes
 */
export async function killRace(
  contender: Contender,
  servers: ServerUrls,
  { sale, warmUp }: Sales,
  patience = PATIENCE,
): Promise<KillRace> {
  return await withContender(contender, servers, WORKERS, async (running) => {
    const { place, workers, log, send } = running;
    const [warm, events] = [warmUp.figures.events, sale.figures.events];
    await send(warmUp);
    await allApplied(place, contender, warm);
    const { sent } = await sendWhileStopped(running, sale);
    if (sent.acked < sent.sent) throw new Error(`${contender.name} did not accept every webhook`);
    await allApplied(place, contender, warm + events / 2);
    workers[0]?.program.child.kill('SIGKILL');
    const killedAt = Date.now();
    const appliedAt = await watchJournal(place, killedAt, warm + events, patience);

    const deliveries = [...warmUp.deliveries, ...sale.deliveries];
    const outcome = await contender.outcome({ ...place, deliveries, log });
    // What is stuck is not lost.
    const applied = deliveries.filter((delivery) => appliedAt.has(readDelivery(delivery).event));
    const { lost } = await contender.outcome({ ...place, deliveries: applied, log });
    const standstills = standstillsOf(killedAt, eventsByOrder(sale.deliveries), appliedAt);
    const stuck = warm + events - appliedAt.size;
    return {
      ...outcome,
      lost,
      stuck,
      ordersLeft: standstills.length,
      standstillSeconds: longest(standstills),
      finishedSeconds: stuck > 0 ? null : (Math.max(...appliedAt.values()) - killedAt) / 1000,
    };
  });
}

/**
 * When each event was first seen in the journal, in ms since 1970; those that were there at the kill have its time.
 * What a journal entry says about its time is of no use: contenders take it before they write.
 */
async function watchJournal(
  place: Place,
  killedAt: number,
  events: number,
  patience: Patience,
): Promise<Map<EventId, number>> {
  const seen = new Map<EventId, number>();
  const look = async (now: number) => {
    const entries = await place.journal.find({}, { projection: { _id: 1 } }).toArray();
    for (const { _id } of entries) if (!seen.has(_id as EventId)) seen.set(_id as EventId, now);
  };
  await look(killedAt);
  await untilApplied(place, events, patience, async () => {
    await look(Date.now());
    await sleep(WATCH_MS);
  });
  await look(Date.now());
  return seen;
}

function eventsByOrder(deliveries: readonly Delivery[]): Map<OrderKey, Set<EventId>> {
  const byOrder = Map.groupBy(deliveries.map(readDelivery), ({ order }) => order);
  return new Map([...byOrder].map(([order, all]) => [order, new Set(all.map(({ event }) => event))]));
}
