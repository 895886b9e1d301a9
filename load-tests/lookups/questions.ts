import { orderIdOf, shopOf, type Amounts } from './seed.ts';

/** What an operator asks. Each answer must be fast, whatever the amount of data. */
export interface Question {
  name: string;
  place: string;
}

/** @param known an existing event and webhook id, and a cursor into the middle of the orders */
export function questions(
  { orders, shops }: Amounts,
  known: { event: string; webhookId: string },
): Question[] {
  const middle = Math.floor(orders / 2);
  const shop = shopOf(middle, shops);
  const order = `${shop}/${orderIdOf(middle)}`;
  const at = (name: string, place: string): Question => ({ name, place: `/api${place}` });
  return [
    at('status', '/status'),
    at('history of the last 15 minutes', '/history'),
    at('orders, newest', '/orders'),
    at('orders of a shop', `/orders?shop=${shop}`),
    at('orders of a rare status', '/orders?status=cancelled'),
    at('order by name', `/orders?name=%23${1001 + middle}`),
    at('one order', `/orders/${order}`),
    at('its timeline', `/orders/${order}/timeline`),
    at('its timeline with states', `/orders/${order}/timeline?states=1`),
    at('search: name', `/search?q=%23${1001 + middle}`),
    at('search: order id', `/search?q=${orderIdOf(middle)}`),
    at('search: hash prefix', `/search?q=${known.event.slice(0, 10)}`),
    at('search: webhook id', `/search?q=${known.webhookId}`),
    at('search: no match', '/search?q=no-such-thing'),
    at('events, newest', '/events'),
    at('events of a shop', `/events?shop=${shop}`),
    at('events of a topic', '/events?topic=orders/paid'),
    at('events by outcome', '/events?outcome=late'),
    at('events by outcome and topic', '/events?outcome=stale&topic=orders/paid'),
    at('events by shop and outcome', `/events?shop=${shop}&outcome=unchanged`),
    at('events of a shop without events', `/events?shop=${shop}&topic=disputes/create`),
    at('events of a period', '/events?since=2026-09-20T00:00:00Z&until=2026-09-20T01:00:00Z'),
    at('events of a period and topic', '/events?topic=refunds/create&until=2026-09-10T00:00:00Z'),
    at('events of an order by name', `/events?order=%23${1001 + middle}`),
    at('events by hash prefix', `/events?hash=${known.event.slice(0, 6)}`),
    at('events by webhook id', `/events?webhookId=${known.webhookId}`),
    at('one event', `/events/${known.event}`),
    at('one event, with payload', `/events/${known.event}?payload=1`),
    at('dedupe key', `/dedupe?webhookId=${known.webhookId}`),
    at('locks', '/locks'),
    at('mailboxes', '/mailboxes'),
    at('mailboxes, 200', '/mailboxes?limit=200'),
    at('queues', '/queues'),
    at('parked groups', '/parked/groups'),
    at('parked', '/parked'),
    at('parked of a cause', '/parked?cause=line_items%20is%20no%20list'),
    at('replays', '/parked/replays'),
    at('shops', '/shops'),
    at('audit', '/audit'),
    at('tokens', '/tokens'),
  ];
}
