import type { WaitingEvent } from './event.ts';
import { partsOf } from './identity.ts';
import { readJson } from './lossless-json.ts';

/**
 * Search terms for the order of an event that could not be applied: ids and the order's name, from a body that may be
 * damaged. Best effort: missing or odd values are left out, and nothing throws.
 */

/** An order name such as `#1001`, `EN-1001` or `#1001.1`. No spaces and no @: not a full name or an e-mail address. */
const NAME = /^[^\s@]{1,40}$/u;
const ID = /^\d{1,19}$/;
const GID = /\/(\d{1,19})$/;

/** In these topics `name` is the order's name; in others it may be a person's. */
const NAMED = /^(?:orders|fulfillments|draft_orders|reconcile)\//;

export function orderNames({ order, topic, body }: Pick<WaitingEvent, 'order' | 'topic' | 'body'>): string[] {
  const reading = readJson(body);
  const value =
    reading.ok && typeof reading.value === 'object' && reading.value !== null ? reading.value : {};
  const fields = value as Record<string, unknown>;
  const idField = topic.startsWith('orders/') ? fields.id : fields.order_id;
  const gid = topic.startsWith('orders/') ? fields.admin_graphql_api_id : fields.admin_graphql_api_order_id;
  const found = [
    partsOf(order).orderId,
    textIf(ID, idField),
    GID.exec(textOf(gid))?.[1] ?? null,
    NAMED.test(topic) ? textIf(NAME, fields.name) : null,
  ];
  return [...new Set(found.filter((each) => each !== null))];
}

function textIf(pattern: RegExp, value: unknown): string | null {
  const text = textOf(value);
  return pattern.test(text) ? text : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
