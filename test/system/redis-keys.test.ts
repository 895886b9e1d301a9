import { describe, expect, test } from '@jest/globals';
import { partitionOf, redisKeys } from '../../src/system/redis-keys.ts';
import { keyOf, randomEventId } from '../support/waiting-event.ts';

describe('Redis keys', () => {
  const event = randomEventId();
  const order = keyOf('820982911946154508');

  test.each([0, 7, 1023])(
    'all keys of partition %i share its hash tag, and therefore one slot of a cluster',
    (partition) => {
      const keys = redisKeys(partition);
      const made = Object.values(keys)
        .filter((each) => typeof each !== 'number')
        .map((each) => (typeof each === 'string' ? each : (each as (id: string) => string)('any-id')));
      expect(made.length).toBeGreaterThan(7);
      // A cluster hashes the text between the first brace and the next closing one.
      for (const key of made) expect(key).toMatch(new RegExp(`^lockstep:\\{${partition}\\}`));
    },
  );

  test('keep their names: stored data depends on them', () => {
    const keys = redisKeys(3);
    expect(keys.mailbox(order)).toBe('lockstep:{3}:mailbox:example.myshopify.com/820982911946154508');
    expect(keys.lock(order)).toBe('lockstep:{3}:lock:example.myshopify.com/820982911946154508');
    expect(keys.dedupe(event)).toBe(`lockstep:{3}:dedupe:${event}`);
    expect(keys.delivery('abc')).toBe('lockstep:{3}:delivery:abc');
    expect([keys.pending, keys.shops, keys.queuePrefix]).toEqual([
      'lockstep:{3}:pending',
      'lockstep:{3}:shops',
      'lockstep:{3}',
    ]);
  });

  test('of different kinds are never equal', () => {
    const keys = redisKeys(0);
    const all = [
      keys.mailbox(order),
      keys.lock(order),
      keys.pending,
      keys.shops,
      keys.totals,
      keys.dedupe(event),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('partitions', () => {
  const orders = Array.from({ length: 6400 }, (_, i) => keyOf(String(5_820_000_000_000 + i * 1000)));

  test('an order always has the same partition: these must not change', () => {
    const known = ['1', '5820193456789', '820982911946154508', '-'].map((id) => partitionOf(keyOf(id), 64));
    expect(known).toEqual([48, 28, 37, 63]);
  });

  test('orders are spread evenly: each of 64 partitions gets between half and twice its share', () => {
    const counts = Array.from({ length: 64 }, () => 0);
    for (const order of orders) {
      const partition = partitionOf(order, 64);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(200);
  });

  test('with one partition, all orders are in it', () => {
    expect(new Set(orders.map((order) => partitionOf(order, 1)))).toEqual(new Set([0]));
  });
});
