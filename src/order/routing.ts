import { asOrderId, type OrderId } from './identity.ts';
import { at, readJson, readJsonRounded } from './lossless-json.ts';
import { topicRow, type Topic } from './topics.ts';

/** Which order a body is about. `elsewhere`: it says that it has no order, or its topic may omit it. */
type OrderRoute =
  { to: 'order'; orderId: OrderId } | { to: 'elsewhere' } | { to: 'nowhere'; because: string };

/** Where Shopify writes the order's id, for each path of it: ids come first in a body. */
const FRONTS: Readonly<Record<string, RegExp>> = {
  id: /^\{"id":([1-9]\d{0,18})[,}]/,
  order_id: /^\{"id":\d{1,19},"order_id":([1-9]\d{0,18})[,}]/,
};
/** Longer than two ids and their keys. */
const FRONT_BYTES = 64;

/**
 * The order in the first bytes of a body. Ingest does not parse the rest, which would take a fifth of its time. The
 * drain does, and moves an event whose body names another order after all ({@link orderNamedIn}).
 * @returns null if the body begins differently: then {@link routeOf} finds its order
 */
export function orderInFront(topic: Topic, body: Buffer): OrderId | null {
  const front = FRONTS[topicRow(topic).orderIdAt.join('.')];
  const found = front?.exec(body.toString('latin1', 0, FRONT_BYTES));
  return asOrderId(found?.[1]);
}

/** Reads just enough of a body to find its order. The rest is read when the event is applied. */
export function routeOf(topic: Topic, body: Uint8Array): OrderRoute {
  const json = readJsonRounded(body);
  if (!json.ok) return { to: 'nowhere', because: json.because };
  const { orderIdAt } = topicRow(topic);
  const named = exactAt(json.value, orderIdAt, body);
  const orderId = orderIdOf(topic, json.value, named);
  if (orderId) return { to: 'order', orderId };
  if (isObject(json.value) && mayNameNone(topic, named)) return { to: 'elsewhere' };
  return { to: 'nowhere', because: `${topic} has no order id: ${orderIdAt.join('.')} is ${kindOf(named)}` };
}

/** The order that a body names; null if it names none. @param json from readJson, so its ids are exact */
export function orderNamedIn(topic: Topic, json: unknown): OrderId | null {
  return orderIdOf(topic, json, at(json, topicRow(topic).orderIdAt));
}

const ORDER_GID = /^gid:\/\/shopify\/Order\/(\d+)$/;

function orderIdOf(topic: Topic, json: unknown, named: unknown): OrderId | null {
  const { gidAt } = topicRow(topic);
  const gid = gidAt && at(json, gidAt);
  const inGid = typeof gid === 'string' ? ORDER_GID.exec(gid)?.[1] : undefined;
  return asOrderId(inGid) ?? asOrderId(named);
}

/** Whether a body of that topic may lack an order in this way. */
function mayNameNone(topic: Topic, named: unknown): boolean {
  const { brings, optional } = topicRow(topic);
  if (named === null) return brings !== 'snapshot' && brings !== 'delete';
  return named === undefined && optional === true;
}

/** Nearly every id is below 2^53. For a larger one, the body is read again without rounding. */
function exactAt(value: unknown, path: readonly string[], body: Uint8Array): unknown {
  const found = at(value, path);
  if (typeof found !== 'number' || Number.isSafeInteger(found)) return found;
  const exact = readJson(body);
  return exact.ok ? at(exact.value, path) : found;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Says what is wrong without repeating the value, which may be personal. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `a ${typeof value} that is not a valid id`;
}
