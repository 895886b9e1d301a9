import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HandlerMistake } from '../../src/handle/failure.ts';
import { effectsOf } from '../../src/publish/effects-of-blocks.ts';
import { effectSetOff, type SettingOff } from '../../src/publish/set-off.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import { createRoutedBlocks } from '../../src/persist/routed-blocks.ts';
import { until } from '../support/until.ts';
import { destinationOf, Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

const MINUTE_MS = 60_000;

describe('after the end of a destination', () => {
  let publishing: Publishing;
  let receiver: Receiver;
  let name = '';
  let tests = 0;
  beforeAll(async () => {
    publishing = await Publishing.open();
  });
  afterAll(() => publishing.close());
  beforeEach(async () => {
    receiver = await Receiver.open();
    name = `erp-${(tests += 1)}`;
  });
  afterEach(async () => {
    await publishing.forget();
    await receiver.close();
  });

  const ids = () => receiver.bodies.map((body) => body.order.key).toSorted();

  test(
    'changes set off nothing, whenever they are routed; what was set off before is still sent, once',
    async () => {
      await publishing.destination(name, { url: receiver.url });
      const before = await publishing.created(3);
      const end = new Date();
      await publishing.destination(name, { url: receiver.url, until: end });
      const after = await publishing.created(2);
      // No publisher has run yet: all is routed after the end.
      const stops = await Promise.all([publishing.start(), publishing.start()]);
      await publishing.settled(name);
      expect(ids()).toEqual(before.map(String).toSorted());
      expect(await publishing.effects({ destination: name, order: { $in: after } })).toEqual([]);
      for (const stop of stops) await stop();
    },
    2 * MINUTE_MS,
  );

  test(
    'a later end makes it live again: from then on, and a backfill sends what is in between, each once',
    async () => {
      const url = receiver.url;
      await publishing.destination(name, { url });
      const first = await publishing.created(1);
      await publishing.destination(name, { url, until: new Date() });
      const between = await publishing.created(2);
      const stop = await publishing.start();
      await publishing.settled(name);
      await publishing.destination(name, { url, until: null });
      const later = await publishing.created(1);
      await publishing.settled(name);
      expect(ids()).toEqual([...first, ...later].map(String).toSorted());
      await createDestinationStore(publishing.inside.collections, Date.now).backfill(name, null);
      await until(() => receiver.received.length === 4, 30_000, 'the changes in between');
      await publishing.settled(name);
      expect(ids()).toEqual([...first, ...between, ...later].map(String).toSorted());
      await stop();
    },
    2 * MINUTE_MS,
  );

  test(
    'a backfill that began before it sends the history up to the end, and nothing later',
    async () => {
      const past = await publishing.created(3);
      const end = new Date();
      await publishing.destination(name, { url: receiver.url, until: end }, null);
      await publishing.created(2);
      const stop = await publishing.start();
      await until(() => receiver.received.length === 3, 30_000, 'the history');
      const { destinations } = publishing.inside.collections;
      await until(async () => Boolean((await destinations.findById(name).lean())?.backfill?.endedAt), 30_000);
      await publishing.settled(name);
      expect(ids()).toEqual(past.map(String).toSorted());
      await stop();
    },
    2 * MINUTE_MS,
  );

  test('the time of the commit decides, to the millisecond', async () => {
    await publishing.destination(name, {});
    await publishing.created(2);
    const blocks = await createRoutedBlocks(publishing.inside.collections).after(0, 100);
    const at = Math.max(...blocks.flatMap(({ commits }) => commits.map(({ committedAt }) => committedAt)));
    const orders = (end: number) =>
      effectsOf(blocks, [{ ...destinationOf({}), until: new Date(end) }], new Date()).map(
        ({ order }) => order,
      );
    expect(orders(at + 1).length - orders(at).length).toBe(1);
  });

  test('a handler is told that it ended', () => {
    const change = { shop: 'example.myshopify.com' } as SettingOff['change'];
    const asked = {
      name: 'ship',
      key: 'k',
      change,
      message: { name: 'tell', destination: 'erp', body: '{}' },
    };
    const to = { ...destinationOf({}), until: new Date('2026-11-27T10:00:00Z') };
    const setOff = () => effectSetOff(asked, to, new Date('2026-11-27T10:00:00Z'));
    expect(setOff).toThrow(HandlerMistake);
    expect(setOff).toThrow('tell: "erp" ended 2026-11-27T10:00:00.000Z');
  });
});
