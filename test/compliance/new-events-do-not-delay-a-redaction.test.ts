import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import { createSpool } from '../../src/persist/spool.ts';
import { until } from '../support/until.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ComplianceInside, SHOP } from './compliance-inside.ts';
import { ADA, orderBody, redactBody, tracesOf } from './persons.ts';

const OF_SHOP = `${SHOP}/-` as OrderKey;
/** One redacts Ada's data in the shop, the other the whole shop. */
const KINDS = ['customers/redact', 'shop/redact'] as const;

/** `pending` has Redis's times, so the injected clock has the current time, too. */
describe('a redaction waits for events from before its request, and for no others', () => {
  let compliance: ComplianceInside;
  const opened: ComplianceInside[] = [];
  beforeEach(async () => {
    compliance = await ComplianceInside.open();
    compliance.nowMs = Date.now();
    opened.push(compliance);
  });
  afterEach(() => compliance.close());
  afterAll(() => expect(opened.length).toBeGreaterThan(0));

  /** Sends the request, and drains only the mailbox that has it. */
  async function ask(kind: (typeof KINDS)[number]): Promise<void> {
    compliance.nowMs = Date.now() + 5;
    const body = kind === 'customers/redact' ? redactBody(ADA, [1], SHOP) : { shop_id: 1, shop_domain: SHOP };
    await compliance.send(kind, body);
    await compliance.inside.waker.flush();
    while (await compliance.inside.redis.exists(compliance.inside.keys.mailbox(OF_SHOP)))
      await drainOrder(OF_SHOP, compliance.tools);
    // Whatever follows is later, also by Redis's clock.
    await until(() => Date.now() > compliance.nowMs);
  }
  const round = async () => {
    await compliance.runner.round();
    const [record] = await compliance.records();
    return record?.passes;
  };

  test.each(KINDS)('%s: starts and finishes while new events keep coming into the shop', async (kind) => {
    await compliance.sendAndDrain('orders/create', orderBody(ADA, 1));
    await ask(kind);
    const unreadable = (i: number) => compliance.send('orders/updated', { id: 'none', i });
    for (let i = 0; i < 2; i += 1) {
      // Neither this mailbox nor that of the other order is ever empty.
      await unreadable(i);
      await compliance.send('orders/updated', orderBody(ADA, 1, { updated_at: `2026-11-20T10:00:0${i}Z` }));
      expect(await round()).toBe(i + 1);
      compliance.nowMs += 61_000;
    }
    expect((await compliance.records())[0]?.state).toBe('done');
    await compliance.drain();
    expect(tracesOf(ADA, await compliance.everything())).toEqual([]);
  });

  test.each(KINDS)('%s: waits for an earlier event', async (kind) => {
    await compliance.sendAndDrain('orders/create', orderBody(ADA, 1));
    await compliance.send('orders/updated', orderBody(ADA, 1, { updated_at: '2026-11-20T11:00:00Z' }));
    await ask(kind);
    expect([await round(), await round()]).toEqual([0, 0]);
    await compliance.drain();
    expect(await round()).toBe(1);
  });

  test.each(KINDS)('%s: waits for events that were spooled before it, not for later ones', async (kind) => {
    const { client, collections } = compliance.inside;
    const spooled = createSpool(client, collections.spool.db.name);
    const received = (receivedAt: number) =>
      waitingEvent('orders/updated', orderBody(ADA, 1), { order: keyOf('1'), receivedAt });
    const before = received(compliance.nowMs - 1000);
    await spooled.put({ event: before, delivery: null });
    await ask(kind);
    await spooled.put({ event: received(compliance.nowMs + 1000), delivery: null });
    expect(await round()).toBe(0);
    await spooled.remove([before.id]);
    expect(await round()).toBe(1);
  });

  test('shop/redact does not rely on a counter, which may be wrong', async () => {
    const { redis, keys } = compliance.inside;
    await ask('shop/redact');
    await redis.hset(keys.shops, SHOP, 4);
    expect(await round()).toBe(1);
  });

  test('shop/redact does not wait for other shops with similar names', async () => {
    await compliance.send('orders/create', orderBody(ADA, 1), { shop: `x${SHOP}` });
    await compliance.send('orders/create', orderBody(ADA, 1), { shop: `another-${SHOP}` });
    await ask('shop/redact');
    expect(await round()).toBe(1);
  });
});
