import { orderBody } from '../../src/order/body-schemas.ts';
import { PART_READERS } from '../../src/order/read-parts.ts';
import { topicRow, type PartKind } from '../../src/order/topics.ts';
import { isDuplicateKey } from '../../src/persist/duplicate-key.ts';
import { envelopeOf } from '../../src/persist/envelope.ts';
import type { RivalOrder, RivalStore } from './store.ts';
import type { Webhook } from './webhook.ts';

/**
 * What every rival does with one webhook: load its order, change it, write it back, journal it. Three round
 * trips. Its document is smaller than Lockstep's until an order has hundreds of events, of which Lockstep
 * keeps only the last 200; its journal entry is the same. It does not compare times: the last event applied
 * wins, so the result shows which event overtook which.
 */
export async function applyWebhook(webhook: Webhook, store: RivalStore): Promise<void> {
  const known = (await store.orders.findOne({ _id: webhook.order })) ?? newOrder(webhook);
  const history = [...known.history, { event: webhook.event, topic: webhook.topic }];
  const { _id, ...order } = { ...known, ...changeBy(webhook, known), history };
  await store.orders.replaceOne({ _id }, order, { upsert: true });
  await journal(webhook, store);
}

function changeBy({ topic, payload }: Webhook, known: RivalOrder): Partial<RivalOrder> {
  const { brings } = topicRow(topic);
  if (brings === 'snapshot') return snapshotOf(payload);
  if (brings === 'delete') return { deleted: true };
  return { parts: { ...known.parts, [brings]: partsWith(known.parts, brings, payload) } };
}

function snapshotOf(payload: unknown): Partial<RivalOrder> {
  const body = orderBody.parse(payload);
  return {
    name: body.name ?? null,
    financialStatus: body.financial_status ?? null,
    fulfillmentStatus: body.fulfillment_status ?? null,
    currency: body.currency ?? null,
    totalPrice: body.total_price ?? null,
    updatedAt: body.updated_at ?? null,
    closedAt: body.closed_at ?? null,
    cancelledAt: body.cancelled_at ?? null,
    lines: body.line_items ?? [],
  };
}

function partsWith(parts: RivalOrder['parts'], kind: PartKind, payload: unknown) {
  const reading = PART_READERS[kind](payload, (time) => time);
  if (!reading.ok) throw new Error(reading.because);
  const part = reading.body;
  return [...(parts[kind] ?? []).filter(({ id }) => id !== part.id), part];
}

function newOrder({ order }: Webhook): RivalOrder {
  return {
    _id: order,
    name: null,
    financialStatus: null,
    fulfillmentStatus: null,
    currency: null,
    totalPrice: null,
    updatedAt: null,
    closedAt: null,
    cancelledAt: null,
    deleted: false,
    lines: [],
    parts: {},
    history: [],
  };
}

/** An existing entry was written by an earlier try. */
async function journal(
  { event, payload, ...rest }: Webhook,
  { events }: Pick<RivalStore, 'events'>,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(payload));
  const received = envelopeOf({ id: event, ...rest, unreadable: null, body });
  try {
    await events.insertOne({ ...received, appliedAt: new Date() });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
