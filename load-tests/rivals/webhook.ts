import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { asOrderId, orderKey, type EventId, type OrderKey } from '../../src/order/identity.ts';
import { at } from '../../src/order/lossless-json.ts';
import { isTopic, topicRow, type Topic } from '../../src/order/topics.ts';
import type { Arrival } from './rival.ts';

/** A webhook in a rival's queue. */
export interface Webhook {
  event: EventId;
  order: OrderKey;
  topic: Topic;
  webhookId: string | null;
  triggeredAt: string | null;
  receivedAt: number;
  /**
   * The parsed body. As text (JSON in JSON), it would take 13 % more of Redis and as much time. Ids beyond
   * 2^53 are rounded by this, as in the tutorials; the deliveries of the comparison have none.
   */
  payload: unknown;
}

/** @throws if the body names no order */
export function webhookOf({ topic, shop, webhookId, triggeredAt, body }: Arrival): Webhook {
  if (!isTopic(topic)) throw new Error('a topic that is not handled');
  const payload: unknown = JSON.parse(body.toString());
  const orderId = asOrderId(at(payload, topicRow(topic).orderIdAt));
  if (!orderId) throw new Error(`${topic} names no order`);
  const { event } = fingerprintsOf({ shop, topic, webhookId, triggeredAt: null, body });
  return {
    event,
    order: orderKey(shop, orderId),
    topic,
    webhookId,
    triggeredAt,
    receivedAt: Date.now(),
    payload,
  };
}
