import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCauses } from '../../src/persist/causes.ts';
import { Receiver } from '../publish/receiver.ts';
import { until } from '../support/until.ts';
import { HandlingWithShopify } from './shopify-inside.ts';

/** Adds a tag that the order does not have yet: `orders/updated` follows. */
const TAG = `
  await step('tag', ({ key }) => shopify.graphql(
    'mutation Tag($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { userErrors { message } } }',
    { id: 'gid://shopify/Order/' + change.order.id, tags: [key] }));
  did('ran for ' + change.causedBy);`;
const onUpdates = `on: 'orders/updated',`;

describe('a change that a handler made itself', () => {
  let world: HandlingWithShopify;
  beforeEach(async () => {
    world = await HandlingWithShopify.open({ points: { maximum: 10_000, restorePerSecond: 10_000 } });
    await world.install();
  });
  afterEach(() => world.close());

  /** Runs handlers, lets their webhooks arrive, and again, until nothing happens. @returns what they did */
  const settle = async (most: number) => {
    const { publishing } = world.handling;
    for (let round = 0; round < most; round += 1) {
      await until(
        async () => {
          const { changes, routed } = publishing.inside.collections;
          const newest = await changes.findOne().sort({ _id: -1 }).lean();
          const position = await routed.findOne().lean();
          if ((position?.block ?? 0) < (newest?._id ?? 0)) return false;
          const [first] = await publishing.effects({ open: true });
          return first === undefined || first.state === 'parked';
        },
        30_000,
        'effects to end',
      );
      if ((await world.arrive()).length === 0) break;
    }
    return world.handling.did;
  };
  const sold = async () => {
    await world.handling.start();
    const order = await world.sell();
    await settle(10);
    world.shop.change(order, { note: 'by a person' });
    await world.arrive();
    return order;
  };

  test('does not run it again, but everyone else, who is told; a person who changes the order later runs it', async () => {
    const receiver = await Receiver.open();
    try {
      await world.handling.publishing.destination('erp', { url: receiver.url, on: ['orders/updated'] });
      world.handling.write('tag', TAG, onUpdates);
      const order = await sold();
      await settle(10);
      const effects = await world.handling.publishing.effects({ destination: 'handler-tag' });
      const echoes = effects.filter(({ state }) => state === 'skipped');
      const runs = effects.filter(({ state }) => state === 'done');
      expect(echoes.length).toBe(runs.length);
      expect(echoes.at(-1)?.because).toBe(`it made this change itself, in ${runs.at(-1)?._id}`);
      expect(new Set(world.handling.did)).toEqual(new Set(['ran for null']));
      const told = receiver.received.map(({ text }) => (JSON.parse(text) as { causedBy: unknown }).causedBy);
      expect(told).toContain(runs.at(-1)?._id);
      expect(told).toContain(null);
      world.shop.change(order, { note: 'by a person again' });
      await world.arrive();
      await settle(10);
      expect(world.handling.did.length).toBe(runs.length + 1);
    } finally {
      await receiver.close();
    }
  });

  test('runs it if it wants that; after five in a row, the next one is parked', async () => {
    world.handling.write('tag', TAG, `${onUpdates} echo: true,`);
    await sold();
    await settle(20);
    const effects = await world.handling.publishing.effects({ destination: 'handler-tag' });
    const parked = effects.filter(({ state }) => state === 'parked');
    expect(parked.map(({ lastError }) => lastError)).toEqual([
      expect.stringMatching(/^5 handlers in a row changed this order; the last one in ef_/),
    ]);
  });

  test('is recognised by its second; not what moved a status, has another topic, or is of another second', async () => {
    await world.handling.start();
    await world.sell();
    const { collections } = world.handling.publishing.inside;
    const causes = createCauses(collections);
    await world.handling.publishing.destination('erp', { on: ['*'], url: 'http://127.0.0.1:1/' });
    const order = world.shop.orders[0]!;
    world.shop.change(order, { note: 'by a person' });
    await world.arrive();
    await until(async () => (await world.handling.publishing.effects()).length > 0, 10_000, 'an effect');
    const [effect] = await world.handling.publishing.effects();
    if (!effect) throw new Error('no effect');
    await causes.wrote(effect._id, effect.occurredAt, { effect: 'ef_0', destination: 'handler-b', depth: 2 });
    const moved = { ...effect, _id: 'moved', before: { ...effect.after, financialStatus: 'pending' } };
    const other = { ...effect, _id: 'other', topic: 'orders/paid' };
    const later = { ...effect, _id: 'later', occurredAt: new Date(effect.occurredAt.getTime() + 1000) };
    const cause = { effect: effect._id, destination: 'erp', depth: 3 };
    await expect(causes.of([effect, moved, other, later])).resolves.toEqual(new Map([[effect._id, cause]]));
  });
});
