import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createUnreadableLimit, type UnreadableLimit } from '../../src/accept/unreadable-limit.ts';
import { asShopDomain } from '../../src/order/identity.ts';
import { ServedIngest, SHOP } from './served-ingest.ts';

const shop = (name: string) => asShopDomain(`${name}.myshopify.com`)!;
const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

describe('the limit of unreadable webhooks stored per shop and hour', () => {
  let nowMs: number;
  let refused: number;
  let limit: UnreadableLimit;
  beforeEach(() => {
    nowMs = 10 * HOUR_MS;
    refused = 0;
    limit = createUnreadableLimit(
      () => nowMs,
      () => (refused += 1),
    );
  });
  const take = (times: number, name = 'a', bytes = 100) =>
    Array.from({ length: times }, () => limit.take(shop(name), bytes)).filter(Boolean).length;

  test('1,000 events; other shops are not affected; the next hour starts again', () => {
    expect([take(1100), take(10, 'b'), refused]).toEqual([1000, 10, 100]);
    nowMs += HOUR_MS;
    expect(take(1100)).toBe(1000);
  });

  test('64 MiB: large bodies reach this limit first', () => {
    expect([take(100, 'a', 5 * MIB), take(1, 'a', 4 * MIB)]).toEqual([12, 1]);
  });

  test('1,000 shops: the names may be invented', () => {
    const kept = Array.from({ length: 1500 }, (_, i) => take(1, `shop-${i}`));
    expect(kept.reduce((sum, each) => sum + each, 0)).toBe(1000);
    expect(take(1, 'shop-1')).toBe(1);
  });

  test('a webhook that was not stored after all does not count', () => {
    take(1000);
    limit.giveBack(shop('a'), 100);
    expect(take(2)).toBe(1);
  });
});

describe('beyond the limit', () => {
  let ingest: ServedIngest;
  let refused = 0;
  beforeAll(async () => {
    ingest = await ServedIngest.start({ unreadable: createUnreadableLimit(Date.now, () => (refused += 1)) });
  });
  afterAll(() => ingest.stop());

  test('200 ignored, counted, not stored; duplicates cost nothing; readable webhooks are accepted', async () => {
    const unreadable = (i: number) => ingest.send(`{"id":"none","n":${i}}`);
    expect((await unreadable(0)).json.outcome).toBe('parked');
    for (let i = 0; i < 100; i += 1) expect((await unreadable(0)).json.outcome).toBe('duplicate');
    for (let from = 1; from < 1000; from += 111)
      await Promise.all(Array.from({ length: 111 }, (_, i) => unreadable(from + i)));
    expect(await ingest.waitingIn(`${SHOP}/-`)).toBe(1000);
    expect(await unreadable(5000)).toMatchObject({ status: 200, json: { outcome: 'ignored' } });
    expect([await ingest.waitingIn(`${SHOP}/-`), refused]).toEqual([1000, 1]);
    expect(await ingest.sendGood()).toBe('200 accepted');
  });
});
