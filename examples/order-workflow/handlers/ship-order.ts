import { handler, Undo } from 'lockstep/handlers';
import { endHold, hold } from './shopify.ts';
import { cancelShipment, release, reserve, ship } from './warehouse.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * A paid order: its stock is reserved, its shipment is requested, and the team is told. If stock is missing, what was
 * reserved is released, Shopify holds the fulfilment, and the team is alerted. If the order is not shipped a day later, the
 * team is told, too.
 */
export const shipOrder = handler({
  name: 'ship-order',
  // The status instead of the topic `orders/paid`: if that webhook is lost, another one shows that the order is paid.
  on: 'status:awaiting_shipment',
  run: async ({ change, order, step, sleepUntil, effect, shopify }) => {
    const name = change.order.name ?? change.order.key;
    const lines = (change.data?.lines ?? []).map(({ sku, quantity }) => ({ sku, quantity }));

    const reservation = await step('reserve stock', (tools) => reserve(name, lines, tools), {
      compensate: ({ id }, tools) => release(id, tools),
    });
    if (reservation.missing.length > 0) {
      const because = `out of stock: ${reservation.missing.join(', ')}`;
      await step('hold the fulfilment', () => hold(shopify, change.order.id, because));
      await effect('team', { text: `${name} is on hold: ${because}` }, { name: 'on hold' });
      throw new Undo(because);
    }

    // If this is a replay: the run before it may have found the stock missing.
    await step('end the hold', () => endHold(shopify, change.order.id));
    await step('request shipping', (tools) => ship(reservation.id, tools), {
      compensate: ({ id }, tools) => cancelShipment(id, tools),
    });
    await effect('team', { text: `${name} will be shipped` }, { name: 'will be shipped' });

    await sleepUntil(new Date(Date.parse(change.occurredAt) + DAY_MS));
    if (order?.status !== 'awaiting_shipment') return;
    await effect('team', { text: `${name} was paid a day ago, and is not shipped` }, { name: 'not shipped' });
  },
});
