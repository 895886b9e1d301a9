import { asOrderId, type OrderId } from './identity.ts';
import { microsOf } from './instants.ts';
import { at, readJson, readJsonRounded } from './lossless-json.ts';
import { topicRow, type Topic } from './topics.ts';

/** Which order a body is about. `elsewhere`: it says that it has no order, or its topic may omit it. */
type OrderRoute =
  | {
      to: 'order';
      orderId: OrderId;
      /** The body's `updated_at`, microseconds since 1970. */
      changedAt?: number;
    }
  | { to: 'elsewhere' }
  | { to: 'nowhere'; because: string };

const ORDER_GID = /^gid:\/\/shopify\/Order\/(\d+)$/;

/** Reads just enough of a body to find its order. The rest is read when the event is applied. */
export function routeOf(topic: Topic, body: Uint8Array): OrderRoute {
  const json = readJsonRounded(body);
  if (!json.ok) return { to: 'nowhere', because: json.because };
  const { orderIdAt, gidAt } = topicRow(topic);
  const named = exactAt(json.value, orderIdAt, body);
  const orderId = asOrderId(idInGid(gidAt && at(json.value, gidAt))) ?? asOrderId(named);
  if (orderId) {
    const changedAt = microsOf(at(json.value, ['updated_at']));
    return { to: 'order', orderId, ...(changedAt === null ? {} : { changedAt }) };
  }
  if (isObject(json.value) && mayNameNone(topic, named)) return { to: 'elsewhere' };
  return { to: 'nowhere', because: `${topic} has no order id: ${orderIdAt.join('.')} is ${kindOf(named)}` };
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

function idInGid(gid: unknown): string | undefined {
  return typeof gid === 'string' ? ORDER_GID.exec(gid)?.[1] : undefined;
}

/** Says what is wrong without repeating the value, which may be personal. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `a ${typeof value} that is not a valid id`;
}
