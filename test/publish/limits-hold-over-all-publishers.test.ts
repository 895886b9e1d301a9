import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

describe('two publishers', () => {
  let publishing: Publishing;
  let receiver: Receiver;
  beforeAll(async () => {
    publishing = await Publishing.open();
    await Promise.all([publishing.start(), publishing.start()]);
  });
  afterAll(() => publishing.close());
  beforeEach(async () => {
    receiver = await Receiver.open();
  });
  afterEach(async () => {
    await publishing.inside.collections.destinations.deleteMany({});
    await receiver.close();
  });

  test('send every effect once, those of an order in sequence', async () => {
    receiver.delayMs = 5;
    await publishing.destination('all', { url: receiver.url, concurrency: 20 });
    const lives = await Promise.all([61, 62, 63, 64, 65, 66].map((number) => publishing.liveDrained(number)));
    await publishing.feed();
    await publishing.settled('all');
    const byOrder = Map.groupBy(receiver.bodies, (body) => body.order.key);
    expect(byOrder.size).toBe(lives.length);
    for (const events of lives)
      expect(byOrder.get(events[0]!.order)?.map(({ sequence }) => sequence)).toEqual(
        events.map((_, i) => i + 1),
      );
  });

  test('keep the concurrency of a destination together', async () => {
    receiver.delayMs = 50;
    await publishing.destination('narrow', { url: receiver.url, concurrency: 3 });
    await publishing.created(30);
    await publishing.settled('narrow');
    expect(receiver.received.length).toBe(30);
    expect(receiver.mostAtATime).toBe(3);
  });

  test('keep the rate of a destination together: never more in any period', async () => {
    await publishing.destination('slow', { url: receiver.url, rate: { max: 4, durationMs: 500 } });
    await publishing.created(16);
    await publishing.settled('slow');
    const times = receiver.received.map(({ at }) => at);
    expect(times.length).toBe(16);
    // BullMQ's window begins with its first message; arrivals are some ms later.
    for (const [i, at] of times.entries()) expect((times[i + 8] ?? Infinity) - at).toBeGreaterThan(450);
  });

  test('send a critical effect before normal ones that have waited longer', async () => {
    const priority = { 'orders/cancelled': 'critical' } as const;
    await publishing.destination('urgent', {
      url: receiver.url,
      concurrency: 1,
      priority,
      timeoutMs: 60_000,
    });
    receiver.answering = () => undefined;
    await publishing.created(1);
    await until(() => receiver.received.length === 1);
    await publishing.created(40);
    await until(async () => (await publishing.effects({ destination: 'urgent' })).length === 41);
    await publishing.created(1, 'orders/cancelled');
    await until(async () => (await publishing.waitingOrders('urgent', 1)).length === 1);
    receiver.answerAll(200);
    await publishing.settled('urgent');
    expect(receiver.bodies.map(({ type }) => type).indexOf('orders/cancelled')).toBe(1);
  });
});
