import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { asShopDomain, type ShopDomain } from '../../src/order/identity.ts';
import { knownShops } from '../../src/persist/known-shops.ts';
import { shopBook } from '../../src/shop/shop-book.ts';
import { ComplianceInside, SHOP } from '../compliance/compliance-inside.ts';

const NEVER = 'never.myshopify.com';
const of = (text: string): ShopDomain => asShopDomain(text)!;

describe('UNKNOWN_SHOPS=ignore', () => {
  let compliance: ComplianceInside;
  let nowMs = 0;
  let known: (shop: ShopDomain) => Promise<boolean>;
  beforeAll(async () => {
    compliance = await ComplianceInside.open();
    const { client, collections } = compliance.inside;
    known = knownShops(client, collections.shops.db.name, () => nowMs);
  });
  afterAll(() => compliance.close());
  const send = (topic: string, shop: string, id: number) =>
    compliance.send(topic, { id, shop_domain: shop }, { shop, takes: known });

  test('a shop that never installed is ignored, and nothing is kept of it', async () => {
    expect(await send('orders/create', NEVER, 1)).toEqual({ outcome: 'ignored' });
    expect(await compliance.inside.redis.keys('*mailbox*')).toEqual([]);
  });

  test('one that installed is taken, and still after it uninstalled: webhooks are on their way', async () => {
    const shops = shopBook(compliance.inside.collections);
    await shops.installed(SHOP, [], new Date(1000));
    expect(await send('orders/create', SHOP, 1)).toMatchObject({ outcome: 'accepted' });
    await shops.uninstalled(SHOP, new Date(2000));
    nowMs += 10_000;
    expect(await send('orders/create', SHOP, 2)).toMatchObject({ outcome: 'accepted' });
  });

  test('what is about the shop itself is taken of any shop', async () => {
    expect(await send('shop/redact', NEVER, 1)).toMatchObject({ outcome: 'accepted' });
    expect(await send('app/uninstalled', NEVER, 1)).toMatchObject({ outcome: 'accepted' });
  });

  test('a shop is asked for once in ten seconds; one that installs is taken then', async () => {
    const { commands, collections } = compliance.inside;
    nowMs += 10_000;
    commands.length = 0;
    expect([await known(of(NEVER)), await known(of(NEVER))]).toEqual([false, false]);
    expect(commands).toEqual(['find']);
    await shopBook(collections).installed(NEVER, [], new Date(1000));
    expect(await known(of(NEVER))).toBe(false);
    nowMs += 10_000;
    expect(await known(of(NEVER))).toBe(true);
  });

  test('while MongoDB is away every shop is known', async () => {
    const away = new mongo.MongoClient('mongodb://127.0.0.1:9/', { serverSelectionTimeoutMS: 50 });
    expect(await knownShops(away, 'lockstep')(of('nobody.myshopify.com'))).toBe(true);
    await away.close();
  });
});
