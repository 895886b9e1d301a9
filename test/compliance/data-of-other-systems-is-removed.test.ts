import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportOf } from '../../src/compliance/export.ts';
import { externalBody } from '../../src/order/external.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ComplianceInside, SHOP } from './compliance-inside.ts';
import { ADA, BOB, requestBody, orderBody, redactBody, tracesOf, type Person } from './persons.ts';

describe('data of other systems in orders of redacted customers and shops', () => {
  let compliance: ComplianceInside;
  beforeEach(async () => {
    compliance = await ComplianceInside.open();
    await compliance.send('orders/create', orderBody(ADA, 1));
    await compliance.send('orders/create', orderBody(ADA, 2));
    await compliance.send('orders/create', orderBody(BOB, 3));
    await compliance.drain();
    for (const [order, person] of [
      [1, ADA],
      [2, ADA],
      [3, BOB],
    ] as const)
      await picked(order, person);
  });
  afterEach(() => compliance.close());

  /** A picker wrote the customer's name where no one would look for it. */
  async function picked(order: number, { words }: Person): Promise<void> {
    const body = externalBody({
      external: { slip: { [words[1]]: true, to: words[2] }, boxes: 2 },
      occurredAt: new Date(compliance.nowMs).toISOString(),
      source: 'wms',
      public: ['/slip'],
    });
    const event = waitingEvent('wms/picked', {}, { order: keyOf(String(order)), body, webhookId: null });
    await compliance.inside.depositor.deposit({ ...event, receivedAt: compliance.nowMs }, null);
    await compliance.drain();
  }
  const dataOf = async (order: number) =>
    (await compliance.tools.orders.load(keyOf(String(order))))?.external?.['wms/picked']?.data;
  const verified = async () =>
    await createVerifier(compliance.inside.collections, 90)({ limit: 100, shop: SHOP });

  test('the data of the orders of the customer is removed, even what is public, and of no other order', async () => {
    await compliance.sendAndDrain('customers/redact', redactBody(ADA, [1], SHOP));
    await compliance.redact();
    expect(tracesOf(ADA, await compliance.everything())).toEqual([]);
    expect([await dataOf(1), await dataOf(2)]).toEqual([{}, {}]);
    expect(await dataOf(3)).toMatchObject({ boxes: 2 });
    expect(await verified()).toMatchObject({ orders: 3, wrongState: 0, unexplained: 0, damaged: 0 });
  });

  test('data that arrives after the redaction is removed before it is stored', async () => {
    await compliance.sendAndDrain('customers/redact', redactBody(ADA, [1], SHOP));
    await compliance.redact();
    compliance.later();
    await picked(1, ADA);
    expect(await dataOf(1)).toEqual({});
    await compliance.redact();
    expect(tracesOf(ADA, await compliance.everything())).toEqual([]);
    expect(await verified()).toMatchObject({ wrongState: 0, unexplained: 0 });
  });

  test('a redacted shop keeps the types and times of events, and no data', async () => {
    compliance.later();
    await compliance.sendAndDrain('shop/redact', { shop_id: 954889, shop_domain: SHOP });
    await compliance.redact();
    const all = await compliance.everything();
    expect([...tracesOf(ADA, all), ...tracesOf(BOB, all)]).toEqual([]);
    expect([await dataOf(1), await dataOf(3)]).toEqual([{}, {}]);
  });

  test('a data request exports it with the order', async () => {
    await compliance.sendAndDrain('customers/data_request', requestBody(ADA, [1], SHOP));
    const [record] = await compliance.records();
    const { orders } = await exportOf(compliance.inside.collections, record!, null);
    const mine = orders.find(({ order }) => order === String(keyOf('1')));
    expect(mine?.events.map(({ topic }) => topic)).toContain('wms/picked');
    expect(JSON.stringify(mine?.kept)).toContain(ADA.words[2]);
    expect(JSON.stringify(orders)).not.toContain(BOB.words[2]);
  });
});
