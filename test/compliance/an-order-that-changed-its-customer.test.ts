import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lookAtRebuild } from '../../src/operate/steering/order-rebuild.ts';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ComplianceInside, SHOP } from './compliance-inside.ts';
import { ADA, BOB, orderBody, redactBody, tracesOf } from './persons.ts';

const SHIPPED = { shipping_address: { country_code: 'DE', province_code: 'BE' }, tags: 'gift' };

describe('an order that changed its customer, after the earlier one was redacted', () => {
  let compliance: ComplianceInside;
  beforeEach(async () => {
    compliance = await ComplianceInside.open();
    await compliance.sendAndDrain('orders/create', orderBody(ADA, 2, SHIPPED));
    const later = { ...SHIPPED, updated_at: '2026-11-27T14:10:00Z' };
    await compliance.sendAndDrain('orders/updated', orderBody(BOB, 2, later));
    await compliance.sendAndDrain('customers/redact', redactBody(ADA, [1], SHOP));
    await compliance.redact();
  });
  afterEach(() => compliance.close());

  test('has no body, and its journal has only the body of the other customer', async () => {
    const { collections } = compliance.inside;
    const everything = await compliance.everything();
    expect(tracesOf(ADA, everything)).toEqual([]);
    expect(tracesOf(BOB, everything).every((line) => line.startsWith('events'))).toBe(true);
    const stored = await collections.orders.findById(keyOf('2')).lean();
    expect(stored).toMatchObject({ tags: [], shippingCountry: null });
    expect(stored?.body).toBeUndefined();
  });

  test('agrees with its journal, and a rebuild changes nothing', async () => {
    const { collections, tools } = compliance.inside;
    const found = await createVerifier(collections, 90)({ limit: 100 });
    expect(found).toMatchObject({ orders: 1, wrongState: 0, unexplained: 0, wrong: [] });
    const rebuilt = await lookAtRebuild(keyOf('2'), {
      collections,
      keepBody: tools.keepBody,
      setting: 'full',
      lock: tools.lock,
      lockKey: compliance.inside.keys.lock,
      now: Date.now,
    });
    expect(rebuilt).toMatchObject({ needed: false, changes: [], differences: [], refused: null });
  });

  test('is stored whole again with the next body of its customer', async () => {
    const next = orderBody(BOB, 2, { ...SHIPPED, updated_at: '2026-11-27T16:00:00Z', tags: 'vip' });
    await compliance.sendAndDrain('orders/updated', next);
    const { collections } = compliance.inside;
    expect(await collections.orders.findById(keyOf('2')).lean()).toMatchObject({ tags: ['vip'] });
    const found = await createVerifier(collections, 90)({ limit: 100 });
    expect(found).toMatchObject({ wrongState: 0, wrong: [] });
  });
});
