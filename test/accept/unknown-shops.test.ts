import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { createShopGate, type Takes } from '../../src/accept/shop-gate.ts';
import { asShopDomain, type ShopDomain } from '../../src/order/identity.ts';
import { SHOP_TOPICS } from '../../src/order/shop-topics.ts';
import { createAppPresence, tellAppStarted, type AppPresence } from '../../src/persist/app-presence.ts';
import { createKnownShops } from '../../src/persist/known-shops.ts';
import { createShopStore } from '../../src/persist/shop-store.ts';
import { ComplianceInside, SHOP } from '../compliance/compliance-inside.ts';

const NEVER = 'never.myshopify.com';
const of = (text: string): ShopDomain => asShopDomain(text)!;
const ABOUT_SHOPS = Object.keys(SHOP_TOPICS);
const IGNORED = { outcome: 'ignored' };

describe('webhooks of shops that never installed (UNKNOWN_SHOPS)', () => {
  let compliance: ComplianceInside;
  let nowMs = 0;
  let id = 0;
  let known: (shop: ShopDomain) => Promise<boolean>;
  const asked: AppPresence[] = [];
  const away = new mongo.MongoClient('mongodb://127.0.0.1:9/', { serverSelectionTimeoutMS: 50 });
  beforeAll(async () => {
    compliance = await ComplianceInside.open();
    const { client, collections } = compliance.inside;
    known = createKnownShops(client, collections.shops.db.name, () => nowMs);
  });
  afterEach(async () => {
    for (const each of asked.splice(0)) await each.stop();
  });
  afterAll(async () => {
    await away.close();
    await compliance.close();
  });

  const send = (topic: string, shop: string, takes: Takes) =>
    compliance.send(topic, { id: (id += 1), shop_domain: shop }, { shop, takes });
  /** What ingest knows about an app when it starts. */
  const presence = async (configured = false, client = compliance.inside.client): Promise<AppPresence> => {
    const one = createAppPresence(client, compliance.inside.collections.shops.db.name, configured);
    await one.start?.();
    asked.push(one);
    return one;
  };

  test('unset, without an app so far: everything is accepted', async () => {
    const takes = createShopGate(undefined, (await presence()).isThere, known);
    for (const topic of ['orders/create', ...ABOUT_SHOPS])
      expect(await send(topic, NEVER, takes)).toMatchObject({ outcome: 'accepted' });
  });

  test('an app that starts writes a record, which ingest finds even after the app has stopped', async () => {
    const { isThere } = await presence();
    expect(isThere()).toBe(false);
    await tellAppStarted(compliance.inside.collections, () => 1000).start?.();
    await tellAppStarted(compliance.inside.collections, () => 2000).start?.();
    expect((await presence()).isThere()).toBe(true);
    expect(await compliance.inside.collections.programs.countDocuments({})).toBe(1);
  });

  test('unset, with an app: ignored, and nothing is stored', async () => {
    await compliance.inside.redis.flushdb();
    const takes = createShopGate(undefined, (await presence()).isThere, known);
    for (const topic of ['orders/create', ...ABOUT_SHOPS])
      expect([topic, await send(topic, NEVER, takes)]).toEqual([topic, IGNORED]);
    expect(await compliance.inside.redis.dbsize()).toBe(0);
  });

  test('take, with an app: webhooks about orders are accepted, webhooks about shops never', async () => {
    const takes = createShopGate('take', (await presence()).isThere, known);
    expect(await send('orders/create', NEVER, takes)).toMatchObject({ outcome: 'accepted' });
    for (const topic of ABOUT_SHOPS) expect(await send(topic, NEVER, takes)).toEqual(IGNORED);
  });

  test('ignore: ignored, even without an app', async () => {
    const takes = createShopGate('ignore', () => false, known);
    for (const topic of ['orders/create', ...ABOUT_SHOPS])
      expect(await send(topic, NEVER, takes)).toEqual(IGNORED);
  });

  test('an installed shop is accepted, also after it uninstalls: a redaction request comes days later', async () => {
    const takes = createShopGate(undefined, () => true, known);
    const shops = createShopStore(compliance.inside.collections);
    await shops.installed(SHOP, [], new Date(1000));
    expect(await send('orders/create', SHOP, takes)).toMatchObject({ outcome: 'accepted' });
    await shops.uninstalled(SHOP, new Date(2000));
    nowMs += 172_800_000;
    const { client, collections } = compliance.inside;
    const restarted = createShopGate(
      undefined,
      () => true,
      createKnownShops(client, collections.shops.db.name),
    );
    for (const topic of ['orders/create', ...ABOUT_SHOPS])
      expect(await send(topic, SHOP, restarted)).toMatchObject({ outcome: 'accepted' });
  });

  test('the shop in the body decides, not the header; a webhook without a shop is parked', async () => {
    const takes = createShopGate(undefined, () => true, known);
    const redact = (shop: string | null, named: string | null) =>
      compliance.send('shop/redact', { id: (id += 1), shop_domain: named }, { shop, takes });
    expect(await redact(SHOP, NEVER)).toEqual(IGNORED);
    expect(await redact(NEVER, SHOP)).toMatchObject({ outcome: 'accepted' });
    expect(await redact(null, null)).toMatchObject({ outcome: 'parked' });
  });

  test('many checks share one query; a shop that installs is accepted at once, and not checked again', async () => {
    const { commands, collections } = compliance.inside;
    commands.length = 0;
    const shops = Array.from({ length: 100 }, (_, i) => of(`late-${i}.myshopify.com`));
    expect(new Set(await Promise.all(shops.map(known)))).toEqual(new Set([false]));
    expect(commands).toEqual(['find']);
    await createShopStore(collections).installed('late-7.myshopify.com', [], new Date(1000));
    expect(await known(of('late-7.myshopify.com'))).toBe(true);
    commands.length = 0;
    nowMs += 86_400_000;
    expect(await known(of('late-7.myshopify.com'))).toBe(true);
    expect(commands).toEqual([]);
  });

  test('while MongoDB is down every shop counts as known, and only the first check waits', async () => {
    let clock = 0;
    const blind = createKnownShops(away, 'lockstep', () => clock);
    expect(await blind(of('nobody.myshopify.com'))).toBe(true);
    const next = Promise.all(['a', 'b', 'c'].map((name) => blind(of(`${name}.myshopify.com`))));
    const nextTurn = new Promise((resolve) => setImmediate(() => resolve('waited')));
    expect(await Promise.race([next, nextTurn])).toEqual([true, true, true]);
    clock += 60_000;
    expect(await blind(of('nobody.myshopify.com'))).toBe(true);
  });

  test('while MongoDB is down the settings decide whether there is an app, and ingest starts', async () => {
    expect((await presence(true, away)).isThere()).toBe(true);
    expect((await presence(false, away)).isThere()).toBe(false);
  });

  test('ingest stops without waiting for a MongoDB that does not answer', async () => {
    const hanging = new mongo.MongoClient('mongodb://127.0.0.1:9/', { serverSelectionTimeoutMS: 10_000 });
    const answer = hanging.connect().catch(() => 'MongoDB was waited for');
    const { stop } = await presence(false, hanging);
    expect(await Promise.race([answer, Promise.resolve(stop()).then(() => 'stopped')])).toBe('stopped');
    await hanging.close();
  });
});
