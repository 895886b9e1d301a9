import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lifeOf, type Delivery } from '../../testkit/deliveries/life.ts';
import { expectedOf, stateOf } from '../support/model.ts';
import { fromDocument } from '../../src/persist/order-document.ts';
import type { OrderDocument } from '../../src/persist/order-fields.ts';
import { expectNothingBroken, SEED, times } from './record.ts';
import { Rig } from './rig.ts';

const EVENTS_EACH = 5;
const RANDOM_ORDERS = times(100, 10_000);

function permutationsOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutationsOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** T4: orders whose first five webhooks arrive in every possible order, and many in a random one. */
describe(`P5: any order of arrival (SEED=${SEED})`, () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open({ HOLD_FOR_CREATE_MS: '0' });
    await Promise.all([rig.startIngest(), rig.startIngest(), rig.startWorker(), rig.startWorker()]);
  });
  afterAll(() => rig.close());

  test(`T4: all 120 permutations and ${RANDOM_ORDERS} random ones end in the same state`, async () => {
    const from = new Date('2026-11-20T10:00:00Z');
    const life = (number: number) =>
      lifeOf(rig.random, 'any.myshopify.com', number, from).slice(0, EVENTS_EACH);
    const indexes = permutationsOf(Array.from({ length: EVENTS_EACH }, (_, i) => i));
    const arrivals = [
      ...indexes.map((order, number) => {
        const happened = life(number);
        return { happened, arrived: order.map((i) => happened[i] as Delivery) };
      }),
      ...Array.from({ length: RANDOM_ORDERS }, (_, i) => {
        const happened = life(1000 + i);
        return { happened, arrived: rig.random.shuffled(happened) };
      }),
    ];
    const queue = arrivals.values();
    const some = async () => {
      for (const { arrived } of queue) for (const delivery of arrived) await rig.deliver(delivery);
    };
    await Promise.all(Array.from({ length: 40 }, some));
    const healSeconds = await rig.settled();

    const documents = await rig.collections.orders.find().lean<OrderDocument[]>();
    const found = new Map(documents.map((document) => [document._id, stateOf(fromDocument(document))]));
    let same = 0;
    for (const { happened } of arrivals) {
      const { key, order } = expectedOf(happened);
      expect(found.get(key)).toEqual(stateOf(order));
      same += 1;
    }
    const row = { fault: 'T4 every order of arrival', runs: arrivals.length, reached: same, healSeconds };
    expectNothingBroken(row, await rig.audit());
  }, 600_000);
});
