import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf, type Delivery } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const SHOP = 'hold.myshopify.com';

function createAndPaid(number: number): { create: Delivery; paid: Delivery; key: string } {
  const life = lifeOf(randomFrom(number), SHOP, number, new Date('2026-11-20T10:00:00Z'));
  const [create, , paid] = life;
  if (!create || !paid) throw new Error('a life begins with create, transaction and paid');
  return { create, paid, key: `${SHOP}/${5_820_000_000_000 + number * 1000}` };
}

describe('paid comes before create', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start();
  });
  afterAll(() => stack.stop());

  test('P5: a create that arrives during the hold is applied first, and ends the hold', async () => {
    const { create, paid, key } = createAndPaid(1001);
    await stack.send(paid);
    await until(async () => (await stack.timeline(key))[0]?.outcome === 'waiting');
    await stack.send(create);
    await stack.drained();
    const timeline = await stack.timeline(key);
    expect(timeline).toMatchObject([
      { topic: 'orders/create', outcome: 'applied', sequence: 1 },
      { topic: 'orders/paid', outcome: 'applied', sequence: 2 },
    ]);
    expect(await stack.order(key)).toMatchObject({ status: 'awaiting_shipment', financialStatus: 'paid' });
  });

  test('P5, P8: a create that never comes does not stop paid; coming later it is late and changes nothing', async () => {
    const { create, paid, key } = createAndPaid(1002);
    await stack.send(paid);
    await until(async () => (await stack.timeline(key))[0]?.outcome === 'applied');
    const before = await stack.order(key);
    expect(before).toMatchObject({ status: 'awaiting_shipment', name: '#1002' });

    await stack.send(create);
    await until(async () => (await stack.timeline(key))[1] !== undefined);
    await stack.drained();
    expect((await stack.timeline(key))[1]).toMatchObject({
      topic: 'orders/create',
      outcome: 'late',
      because: 'the order already existed: orders/paid (10:00:01) was processed first',
    });
    const { version: _, changedAt: __, ...after } = await stack.order(key);
    expect(before).toMatchObject(after);
  });
});
