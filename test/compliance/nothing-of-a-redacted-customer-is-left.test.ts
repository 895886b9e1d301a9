import { afterAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { createHandlerStepStore } from '../../src/persist/handler-step-store.ts';
import { createRedactions } from '../../src/persist/redactions.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ComplianceInside, SHOP } from './compliance-inside.ts';
import { ADA, BOB, fulfillmentBody, orderBody, redactBody, tracesOf } from './persons.ts';

const DAY_MS = 86_400_000;

/** A step of a handler returned what it must not: the customer. */
async function ranHandler({ inside }: ComplianceInside, order: string, customer: object): Promise<void> {
  const steps = createHandlerStepStore(inside.collections, Date.now);
  const step = {
    round: 0,
    number: 1,
    name: 'ask the CRM',
    kind: 'step',
    canUndo: false,
    version: 1,
  } as const;
  await steps.keep({ _id: `ef_${order}`, order }, { ...step, result: JSON.stringify(customer) });
}

describe('customers/redact', () => {
  let compliance: ComplianceInside;
  const opened: ComplianceInside[] = [];
  beforeEach(async () => {
    compliance = await ComplianceInside.open();
    opened.push(compliance);
  });
  afterEach(() => compliance.close());
  afterAll(() => expect(opened.length).toBeGreaterThan(0));

  /**
   * Ada's order 1, which Shopify will name; her order 2, which it will not; Bob's order 3; and parked events.
   */
  async function twoCustomers(): Promise<void> {
    await compliance.send('orders/create', orderBody(ADA, 1));
    await compliance.send('orders/updated', orderBody(ADA, 1, { updated_at: '2026-11-27T14:10:00Z' }));
    await compliance.send('fulfillments/create', fulfillmentBody(ADA, 1));
    await compliance.send('orders/create', orderBody(ADA, 2));
    await compliance.send('orders/create', orderBody(BOB, 3));
    // Parked: of an unknown order, without an order id, and not valid JSON.
    await compliance.send('orders/create', orderBody(ADA, 4, { updated_at: 'no time' }));
    await compliance.send('orders/create', { ...orderBody(ADA, 5), id: null, admin_graphql_api_id: null });
    await compliance.send('orders/create', `${JSON.stringify(orderBody(ADA, 6))}}`);
    await compliance.drain();
    await ranHandler(compliance, keyOf('1'), ADA);
    await ranHandler(compliance, keyOf('3'), BOB);
    expect(tracesOf(ADA, await compliance.everything()).length).toBeGreaterThan(8);
  }

  const ask = () => compliance.sendAndDrain('customers/redact', redactBody(ADA, [1], SHOP));

  test('leaves no trace of the person in any collection or key, and does not touch the data of others', async () => {
    await twoCustomers();
    const bobBefore = tracesOf(BOB, await compliance.everything());
    await ask();
    await compliance.redact();
    const after = await compliance.everything();
    expect(tracesOf(ADA, after)).toEqual([]);
    expect(tracesOf(BOB, after)).toEqual(bobBefore);
    const [record] = await compliance.records();
    expect(record).toMatchObject({
      kind: 'customers/redact',
      customer: String(ADA.id),
      state: 'done',
      passes: 2,
      counts: { events: expect.any(Number), parked: 3, orders: 2, handlerSteps: 1, effects: 0 },
    });
    expect(record?.dueAt.getTime()).toBe(Number(record?.receivedAt.getTime()) + 30 * DAY_MS);
  });

  test('keeps what bookkeeping needs: verify still finds the orders equal to their journals', async () => {
    await twoCustomers();
    await ask();
    await compliance.redact();
    const { collections, tools } = compliance.inside;
    expect(await tools.orders.load(keyOf('1'))).toMatchObject({
      name: '#1',
      status: 'shipped',
      facts: { totalPrice: '19.00', currency: 'EUR' },
      sequence: 3,
    });
    const found = await createVerifier(collections, 90)({ limit: 100 });
    expect(found).toMatchObject({ orders: 3, appliedTwice: 0, inversions: 0, wrongState: 0, unexplained: 0 });
  });

  test('is in the change feed, after all earlier commits: consumers have copies', async () => {
    await twoCustomers();
    await ask();
    await compliance.redact();
    const { outbox } = compliance.inside.collections;
    const changes = await outbox
      .find({ order: { $in: ['1', '2', '3'].map((id) => keyOf(id)) } })
      .sort({ order: 1, version: 1 })
      .lean();
    const redacted = { topic: 'lockstep/redacted', event: null, sequence: null };
    expect(changes.map(({ _id }) => _id.split(/[/@]/)[1])).toEqual(['1#1', '1#2', '2#1', '2#2', '3#1']);
    expect(changes[1]?.record).toMatchObject({ version: 2, events: [redacted] });
    expect(changes[1]?.record?.changed).toContain('body');
  });

  test('is audited once, as done by shopify, with the result', async () => {
    await twoCustomers();
    await ask();
    await compliance.redact();
    const acts = await compliance.inside.collections.audit.find({ target: SHOP }).sort({ _id: 1 }).lean();
    expect(acts.map(({ who, action, outcome }) => [who, action, outcome])).toEqual([
      ['shopify', 'compliance.ask', 'done'],
      ['shopify', 'compliance.redact', 'done'],
    ]);
    expect(acts[1]?.detail).toMatch(/events: \d.*the last pass found nothing/);
  });

  test('masks late events before they are stored: of a named, a known and a new order, and parked ones', async () => {
    await twoCustomers();
    await ask();
    await compliance.redact();
    await compliance.send('fulfillments/update', fulfillmentBody(ADA, 1, 6));
    await compliance.send('fulfillments/update', fulfillmentBody(ADA, 2, 7));
    await compliance.send('orders/updated', orderBody(ADA, 8));
    await compliance.send('orders/updated', orderBody(ADA, 9, { updated_at: 'no time' }));
    await compliance.send('orders/updated', orderBody(BOB, 10));
    await compliance.drain();
    const after = await compliance.everything();
    expect(tracesOf(ADA, after)).toEqual([]);
    expect(await compliance.outcomes('orders/updated')).toHaveLength(4);
    expect(tracesOf(BOB, after).filter((line) => line.startsWith('events'))).toHaveLength(2);
  });

  test('finds a part that came before the snapshot of its new order, once the snapshot comes', async () => {
    await twoCustomers();
    await ask();
    await compliance.redact();
    await compliance.sendAndDrain('fulfillments/create', fulfillmentBody(ADA, 8));
    expect(tracesOf(ADA, await compliance.everything())).not.toEqual([]);
    await compliance.sendAndDrain('orders/create', orderBody(ADA, 8));
    const [reopened] = await compliance.records();
    expect(reopened).toMatchObject({ state: 'working', orders: ['1', '8'] });
    await compliance.redact();
    expect(tracesOf(ADA, await compliance.everything())).toEqual([]);
  });

  test('is not done before a second pass at least a minute later', async () => {
    await twoCustomers();
    await ask();
    await compliance.runner.round();
    expect(await compliance.records()).toMatchObject([{ state: 'working', passes: 1 }]);
    await compliance.runner.round();
    compliance.nowMs += 59_000;
    await compliance.runner.round();
    expect(await compliance.records()).toMatchObject([{ state: 'working', passes: 1 }]);
    compliance.nowMs += 1000;
    await compliance.runner.round();
    expect(await compliance.records()).toMatchObject([{ state: 'done', passes: 2 }]);
  });

  test('its second pass redacts what a drain stored that did not know the request yet', async () => {
    await twoCustomers();
    const late = createRedactions(compliance.inside.collections, () => 0);
    await late.masked(keyOf('1'), null, []);
    await ask();
    await compliance.runner.round();
    await compliance.send('fulfillments/update', fulfillmentBody(ADA, 1, 9));
    await compliance.inside.waker.flush();
    await drainOrder(keyOf('1'), { ...compliance.tools, redactions: late });
    expect(tracesOf(ADA, await compliance.everything())).not.toEqual([]);
    await compliance.redact();
    expect(tracesOf(ADA, await compliance.everything())).toEqual([]);
    expect(await compliance.records()).toMatchObject([{ state: 'done', passes: 3 }]);
  });

  test('requested twice, and once by a duplicate, it runs twice, and the second run changes nothing', async () => {
    await twoCustomers();
    const webhookId = 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043';
    expect(
      await compliance.send('customers/redact', redactBody(ADA, [1], SHOP), { webhookId }),
    ).toMatchObject({
      outcome: 'accepted',
    });
    expect(
      await compliance.send('customers/redact', redactBody(ADA, [1], SHOP), { webhookId }),
    ).toMatchObject({
      outcome: 'duplicate',
    });
    await compliance.drain();
    await compliance.redact();
    compliance.later();
    await ask();
    await compliance.redact();
    const records = await compliance.records();
    expect(records.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(records[1]?.counts).toEqual({ events: 0, parked: 0, orders: 0, handlerSteps: 0, effects: 0 });
  });

  test('if a runner dies between two writes, the next run completes the redaction', async () => {
    await twoCustomers();
    await ask();
    const { collections } = compliance.inside;
    for (const name of ['events', 'parked', 'orders'] as const) {
      const { collection } = collections[name];
      // Hides the driver's own method until it is deleted again.
      const method = name === 'orders' ? 'updateOne' : 'bulkWrite';
      Object.defineProperty(collection, method, {
        value: () => Promise.reject(new Error('died')),
        configurable: true,
      });
      await compliance.runner.round();
      expect(await compliance.records()).toMatchObject([{ state: 'asked', passes: 0 }]);
      Reflect.deleteProperty(collection, method);
    }
    await compliance.redact();
    expect(tracesOf(ADA, await compliance.everything())).toEqual([]);
  });
});
