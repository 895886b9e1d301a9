import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import type { ShopMemory } from '../../testkit/fake-shopify/fake-shop.ts';
import { FakeShopify } from '../../testkit/fake-shopify/fake-shopify.ts';

const SHOP = 'fake-store.myshopify.com';

/** On the second day, every webhook was a duplicate, and no token worked. */
describe('two sessions of a store, one after the other', () => {
  const kept: Pick<ShopMemory, 'lastNumber' | 'tokens'> = { lastNumber: 5000, tokens: undefined };
  const memoryOf = (): ShopMemory => ({
    ...kept,
    sold: (number) => (kept.lastNumber = number),
    issued: (tokens) => (kept.tokens = JSON.parse(JSON.stringify(tokens)) as typeof tokens),
  });
  const sessions: FakeShopify[] = [];
  const session = async (seed: number) => {
    const keys = { apiKey: 'id', apiSecret: 'secret' };
    const shopify = await FakeShopify.start({ ...keys, random: randomFrom(seed), memoryOf });
    sessions.push(shopify);
    return shopify.shop(SHOP);
  };
  let ids: string[][];
  let accessTokens: string[];
  let refreshToken: string;
  beforeAll(async () => {
    const first = await session(1);
    const sold = await first.sell(3);
    accessTokens = [true, false].map((expiring) => {
      const answer = first.tokens.issue('read_orders', expiring);
      refreshToken = answer.refresh_token ?? refreshToken;
      return answer.access_token;
    });
    ids = [sold.map(({ id }) => id)];
  });
  afterAll(() => Promise.all(sessions.map((each) => each.stop())));

  test('sell different orders, and tokens of the first work in the second', async () => {
    const second = await session(2);
    ids.push((await second.sell(3)).map(({ id }) => id));
    expect(new Set(ids.flat()).size).toBe(6);
    expect(kept.lastNumber).toBe(5006);
    expect(accessTokens.map((token) => second.tokens.isGood(token))).toEqual([true, true]);
    // The later grant invalidated it, in either session.
    expect(second.tokens.refresh(refreshToken, 'read_orders')).toBeNull();
    const { refresh_token: next = '' } = second.tokens.issue('read_orders', true);
    const third = await session(3);
    expect(third.tokens.refresh(next, 'read_orders')?.access_token).toMatch(/^shpat_/);
  });
});
