import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decide } from '../../src/order/decide.ts';
import type { Order } from '../../src/order/order.ts';
import { shownOrder } from '../../src/order/shown-order.ts';
import { lifeEvents } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { Publishing } from './publishing.ts';
import { Receiver, type Body } from './receiver.ts';

describe('a message', () => {
  let publishing: Publishing;
  let receiver: Receiver;
  beforeAll(async () => {
    publishing = await Publishing.open();
    receiver = await Receiver.open();
    await publishing.destination('all', { url: receiver.url });
    await publishing.start();
  });
  afterAll(async () => {
    await publishing.close();
    await receiver.close();
  });
  beforeEach(() => {
    receiver.received.length = 0;
  });

  test('shows the order as of its change, also if the same commit made further ones', async () => {
    const events = lifeEvents(11);
    await publishing.apply(events);
    await publishing.settled('all');
    const [first] = events;
    let order: Order | null = null;
    for (const [i, event] of events.entries()) {
      order = decide(first!.order, order, [event], 0).order;
      const { data, ...head } = receiver.bodies[i] as Body & {
        before: object | null;
        after: object;
        late: boolean;
      };
      const { status, financialStatus, fulfillmentStatus, totalPrice, lines, transactions } = data ?? {};
      const shown = shownOrder(order!, {});
      expect({ status, financialStatus, fulfillmentStatus, totalPrice, lines, transactions }).toEqual(
        JSON.parse(
          JSON.stringify({
            status: shown.status,
            financialStatus: shown.financialStatus,
            fulfillmentStatus: shown.fulfillmentStatus,
            totalPrice: shown.totalPrice,
            lines: shown.lines,
            transactions: shown.transactions,
          }),
        ),
      );
      expect(head).toMatchObject({
        type: event.topic,
        sequence: i + 1,
        version: 1,
        order: { key: first!.order, name: shown.name },
        event: { id: event.id, webhookId: event.webhookId },
        after: { status: shown.status, financialStatus: shown.financialStatus },
        late: false,
        causedBy: null,
      });
    }
  });

  test('has ids and amounts exactly as Shopify sent them', async () => {
    const order = keyOf('9007199254740993');
    const text =
      '{"id":9007199254740993,"name":"#1","total_price":"10.10","note":"Zoë","weight":12.3456789012345678901}';
    await publishing.apply([waitingEvent('orders/create', null, { order, body: Buffer.from(text) })]);
    await publishing.settled('all');
    expect(receiver.received[0]!.text).toContain(`"body":${text}`);
  });

  test('says so if the journal no longer has what the order was then', async () => {
    const events = lifeEvents(12).slice(0, 3);
    await publishing.inside.collections.destinations.updateOne({ _id: 'all' }, { $set: { state: 'paused' } });
    await publishing.apply(events);
    await publishing.inside.collections.events.deleteOne({ _id: events[0]!.id });
    await publishing.inside.collections.destinations.updateOne(
      { _id: 'all' },
      { $set: { state: 'active' }, $inc: { revision: 1 } },
    );
    await publishing.settled('all');
    const bodies = receiver.bodies as (Body & { dataIsNewer?: boolean })[];
    expect(bodies.map(({ dataIsNewer }) => dataIsNewer)).toEqual([true, true, undefined]);
    expect(bodies[0]!.data).toEqual(bodies[2]!.data);
  });

  test('has no data if the order is gone', async () => {
    const events = lifeEvents(13).slice(0, 1);
    await publishing.inside.collections.destinations.updateOne({ _id: 'all' }, { $set: { state: 'paused' } });
    await publishing.apply(events);
    await publishing.inside.collections.orders.deleteOne({ _id: events[0]!.order });
    await publishing.inside.collections.destinations.updateOne(
      { _id: 'all' },
      { $set: { state: 'active' }, $inc: { revision: 1 } },
    );
    await publishing.settled('all');
    expect(receiver.bodies[0]).toMatchObject({ type: events[0]!.topic, data: null });
  });
});
