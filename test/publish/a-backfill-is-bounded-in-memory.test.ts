import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';
import { toDocument } from '../../src/persist/order-document.ts';
import { envelopeOf } from '../../src/persist/envelope.ts';
import { times } from '../faults/record.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';
import { BackfillingPublisher } from './backfilling.ts';
import { Publishing } from './publishing.ts';

/** The full number takes about three minutes. */
const ORDERS = times(3000, 20_000);
const AT_ONCE = 1000;
/** Far less than the histories of all orders: about 20 MB of effects, and as much of bodies. */
const MOST_BYTES = 30 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function usedBytes(): number {
  collect();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
}

/** An order of two events in one commit, as a drain stores it. */
function storedOrder(number: number) {
  const order = keyOf(String(6_000_000_000_000 + number));
  const body = (more: object) => ({ id: 6_000_000_000_000 + number, name: `#${number}`, ...more });
  const events = [
    waitingEvent('orders/create', body({ updated_at: '2026-11-20T10:00:00Z', note: 'x'.repeat(800) }), {
      order,
    }),
    waitingEvent(
      'orders/cancelled',
      body({ updated_at: '2026-11-20T11:00:00Z', cancelled_at: '2026-11-20T11:00:00Z' }),
      { order },
    ),
  ];
  const { order: state, ended } = decide(order, null, events, RECEIVED_AT);
  const document = toDocument(order, { ...state!, version: 1 }, RECEIVED_AT);
  const journal = ended.map(({ waiting, applied: { sequence, outcome, occurredAt, appliedAt } }) => ({
    ...envelopeOf(waiting),
    sequence,
    outcome,
    because: null,
    duplicates: 0,
    occurredAt: new Date(occurredAt),
    appliedAt: new Date(appliedAt),
  }));
  return { document, journal };
}

describe(`a backfill of ${ORDERS} orders`, () => {
  let publishing: Publishing;
  beforeAll(async () => {
    publishing = await Publishing.open();
    const { orders, events } = publishing.inside.collections;
    for (let i = 0; i < ORDERS; i += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, n) => storedOrder(i + n + 1));
      await orders.collection.insertMany(
        some.map(({ document }) => document as OrderDocument & { _id: never }),
      );
      await events.collection.insertMany(some.flatMap(({ journal }) => journal) as never);
    }
  }, 120_000);
  afterAll(() => publishing.close());

  test('has an effect for every change, in bounded memory, and waits for a destination that is slow', async () => {
    await publishing.destination('erp', { backfillRate: 1000 }, null);
    const { effects, destinations } = publishing.inside.collections;
    const publisher = new BackfillingPublisher(publishing);
    await publisher.scan();
    const before = usedBytes();
    let most = 0;
    let sent = 0;
    let mostOpen = 0;
    while (!(await destinations.findById('erp').lean())?.backfill?.endedAt) {
      const had = await effects.countDocuments({ open: true });
      await publisher.scan();
      const has = await effects.countDocuments({ open: true });
      mostOpen = Math.max(mostOpen, has);
      // The other side takes everything when the backfill has begun to wait for it.
      if (has === had && has > 0)
        sent += (await effects.updateMany({ open: true }, { $unset: { open: 1 } })).modifiedCount;
      most = Math.max(most, usedBytes() - before);
    }
    sent += await effects.countDocuments({ open: true });
    expect({ sent, all: await effects.countDocuments() }).toEqual({ sent: 2 * ORDERS, all: 2 * ORDERS });
    expect(most).toBeLessThan(MOST_BYTES);
    // 5,000 effects, and those of one more step.
    expect(mostOpen).toBeLessThanOrEqual(6000);
    expect((await destinations.findById('erp').lean())?.backfill).toMatchObject({
      orders: ORDERS,
      about: ORDERS,
      effects: 2 * ORDERS,
    });
  }, 300_000);
});
