import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { livesOf } from '../support/lives.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const SHOP = 'parts.myshopify.com';
/** Refunds and fulfillments of one order, half and half. */
const PARTS = Number(process.env.PARTS ?? times(600, 10_000));
const SNAPSHOTS = 3;

/**
 * T24: bodies with far more parts than Shopify sends today. Joining them must not outlast the order's lock.
 */
describe(`P7: a snapshot of many parts (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open();
    await Promise.all([rig.startIngest(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  const snapshot = (i: number): Delivery => {
    const at = new Date(Date.UTC(2026, 10, 20, 10, 0, i));
    const part = (id: number) => ({ id, created_at: at, updated_at: at, status: 'success', line_items: [] });
    const half = Array.from({ length: PARTS / 2 }, (_, n) => n + 1);
    const body = {
      id: 9_000_000_001,
      name: '#9001',
      created_at: at,
      updated_at: at,
      financial_status: 'paid',
      total_price: '10.00',
      line_items: [],
      refunds: half.map(part),
      fulfillments: half.map((id) => part(id + PARTS)),
    };
    const topic = i === 0 ? 'orders/create' : 'orders/updated';
    const ids = { webhookId: `parts-${i}`, eventId: `parts-${i}` };
    return { ...ids, topic, shop: SHOP, triggeredAt: at, body: Buffer.from(JSON.stringify(body)) };
  };

  test(`T24: ${SNAPSHOTS} snapshots of ${PARTS} parts are applied, and other orders with them`, async () => {
    const lives = livesOf(rig.random, SHOP, times(20, 200));
    const large = Array.from({ length: SNAPSHOTS }, (_, i) => snapshot(i));
    await rig.deliverAll([...large, ...rig.random.shuffled(lives.flat())]);
    const healSeconds = await rig.settled();
    const order = await rig.collections.orders.findOne({ _id: `${SHOP}/9000000001` }).lean();
    const parts = (order?.refunds.length ?? 0) + (order?.fulfillments.length ?? 0);
    const row = { fault: `T24 a snapshot of ${PARTS} parts`, runs: PARTS, reached: parts, healSeconds };
    const found = await rig.audit();
    expectNothingBroken(row, found);
    expect(found.parked).toBe(0);
  }, 180_000);
});
