import { SECRET } from '../../testkit/local/secrets.ts';
import { acceptWebhook } from '../../src/accept/accept-webhook.ts';
import type { Answer } from '../../src/accept/answers.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import type { Inside } from '../support/in-process.ts';
import { UNLIMITED } from '../support/unlimited.ts';

/** Headers that were changed on a delivery whose body, and so its signature, stayed the same. */
export type Forged = Record<string, string>;

/** Sends deliveries through ingest's own code, in this process, with the given changes to their headers. */
export async function accept(inside: Inside, delivery: Delivery, forged: Forged = {}): Promise<Answer> {
  const headers = { ...signedHeaders(delivery, SECRET), ...forged };
  const { answer } = await acceptWebhook(headers, delivery.body, {
    secrets: [SECRET],
    fingerprintsOf,
    depositor: inside.depositor,
    ...UNLIMITED,
    now: inside.tools.now,
  });
  return answer;
}

/** Drains every waiting order. */
export async function drainAll({ redis, keys, tools }: Inside): Promise<void> {
  for (const order of await redis.zrange(keys.pending, '0', '-1')) await drainOrder(order as OrderKey, tools);
}

/**
 * An order's current document, without what only counts: version, parked events, the memory of commits and of processed events.
 */
export async function orderOf({ tools }: Inside, key: OrderKey): Promise<unknown> {
  const order = await tools.orders.load(key);
  if (!order) throw new Error(`order ${key} not found`);
  const {
    version: _,
    applied: __,
    sequence: ___,
    position: ____,
    furthest: _____,
    parkedEvents: ______,
    committed: _______,
    ...state
  } = order;
  return withoutPositions(state);
}

/** An event's position comes from triggered-at, which is unsigned; its content does not. */
function withoutPositions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPositions);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !['position', 'told', 'gone'].includes(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutPositions(each)]));
}
