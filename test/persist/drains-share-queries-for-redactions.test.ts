import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createRedactions, type Redactions } from '../../src/persist/redactions.ts';
import { partsOf } from '../../src/order/identity.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { keyOf, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

const DRAINS = 60;
const ADA = 7;

describe('a shop with an old redaction', () => {
  let inside: Inside;
  let shop: string;
  let clean: Redactions;
  beforeAll(async () => {
    inside = await openInProcess();
    shop = partsOf(keyOf()).shop;
    const at = new Date(RECEIVED_AT);
    await inside.collections.compliance.create({
      _id: 'a'.repeat(64),
      kind: 'customers/redact',
      shop,
      customer: String(ADA),
      orders: ['1'],
      receivedAt: at,
      dueAt: at,
      state: 'done',
      doneAt: at,
    });
    clean = createRedactions(inside.collections);
    await clean.masked(keyOf(), null, []);
  });
  afterAll(() => inside.close());
  beforeEach(() => {
    inside.commands.length = 0;
  });
  const event = (order: string, customer: number) =>
    waitingEvent(
      'orders/updated',
      { customer: { id: customer, email: 'ada@example.com' } },
      { order: keyOf(order) },
    );

  test('drains of one turn of the event loop share queries, and each gets its own answer', async () => {
    const orders = Array.from({ length: DRAINS }, (_, i) => String(i + 2));
    const answers = await Promise.all(
      orders.map((order, i) => clean.masked(keyOf(order), null, [event(order, i % 10 === 0 ? ADA : 8)])),
    );
    const masked = answers.map(([each]) => Buffer.from(each!.body).includes('(masked)'));
    expect(masked).toEqual(orders.map((_, i) => i % 10 === 0));
    // Redacted customers and redacted shops: two queries for all drains. Ada's orders reopen the request.
    expect(inside.commands.filter((name) => name === 'find')).toEqual(['find', 'find']);
  });

  test('a request that one drain reopened is not restarted by another', async () => {
    const filter = { customer: String(ADA) };
    await inside.collections.compliance.updateOne(filter, { $set: { state: 'working', cursor: 'here' } });
    await clean.masked(keyOf('500'), null, [event('500', ADA)]);
    expect(await inside.collections.compliance.findOne(filter).lean()).toMatchObject({ cursor: 'here' });
  });

  test('whether the shop is redacted is queried each time and not cached', async () => {
    const before = await clean.masked(keyOf('600'), null, [event('600', 8)]);
    expect(Buffer.from(before[0]!.body).includes('(masked)')).toBe(false);
    const at = new Date(RECEIVED_AT);
    const asked = {
      kind: 'shop/redact' as const,
      shop,
      customer: null,
      orders: [],
      receivedAt: at,
      dueAt: at,
    };
    await inside.collections.compliance.create({ ...asked, _id: 'b'.repeat(64), state: 'asked' });
    const after = await clean.masked(keyOf('600'), null, [event('600', 8)]);
    expect(Buffer.from(after[0]!.body).includes('(masked)')).toBe(true);
  });
});
