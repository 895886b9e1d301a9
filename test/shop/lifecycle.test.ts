import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bytesOf, decompress } from '../../src/system/payload.ts';
import { ComplianceInside, SHOP } from '../compliance/compliance-inside.ts';
import { ADA, redactBody } from '../compliance/persons.ts';

const UNINSTALLED = {
  id: 548380009,
  domain: null,
  myshopify_domain: SHOP,
  shop_owner: 'Steve Jobs',
  email: 's@e.xy',
};
const AT = (clock: string) => new Date(`2026-11-27T${clock}Z`);
const at = (clock: string) => ({ triggeredAt: AT(clock).toISOString() });
const scopes = (current: string[]) => ({ id: 1, shop_id: 'gid://shopify/Shop/1', previous: [], current });

describe("a shop's lifecycle", () => {
  let life: ComplianceInside;
  beforeEach(async () => {
    life = await ComplianceInside.open();
  });
  afterEach(() => life.close());

  async function install(clock: string): Promise<void> {
    const sealed = { key: 'k', iv: Buffer.from('1'), tag: Buffer.from('2'), text: Buffer.from('3') };
    const session = { shop: SHOP, sealed, expires: null, refreshExpires: null, storedAt: AT(clock) };
    await life.inside.collections.sessions.updateOne(
      { _id: `offline_${SHOP}` },
      { $set: session },
      { upsert: true },
    );
    await life.shops.installed(SHOP, ['read_orders'], AT(clock));
  }
  const sessions = () => life.inside.collections.sessions.countDocuments({ shop: SHOP });
  const acts = async () =>
    (await life.inside.collections.audit.find().sort({ _id: 1 }).lean()).map(
      ({ who, action, target, outcome, detail }) => [who, action, target, outcome, detail],
    );

  test('uninstall: the tokens are deleted, and audit log and journal have an entry', async () => {
    await install('10:00:00');
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('11:00:00'));
    expect(await life.shops.find(SHOP)).toMatchObject({
      state: 'uninstalled',
      uninstalledAt: AT('11:00:00'),
    });
    expect(await sessions()).toBe(0);
    expect(await acts()).toEqual([['shopify', 'shop.uninstall', SHOP, 'done', 'done']]);
    const [entry] = await life.inside.collections.events.find().lean();
    expect(entry).toMatchObject({
      order: `${SHOP}/-`,
      outcome: 'applied',
      sequence: null,
      occurredAt: AT('11:00:00'),
    });
    const kept = await life.everything();
    expect(kept).not.toMatch(/Steve Jobs|s@e\.xy/);
  });

  test('a late uninstall of the first install, after a second install: stale, and nothing is deleted', async () => {
    await install('10:00:00');
    await install('12:00:00');
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('11:00:00'));
    expect(await life.shops.find(SHOP)).toMatchObject({ state: 'installed', uninstalledAt: null });
    expect(await sessions()).toBe(1);
    expect(await life.outcomes('app/uninstalled')).toEqual(['stale']);
  });

  test('reinstall after an uninstall: installed, with tokens; the same webhook again changes nothing', async () => {
    await install('10:00:00');
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('11:00:00'));
    await install('12:00:00');
    expect(await life.send('app/uninstalled', UNINSTALLED, at('11:00:00'))).toMatchObject({
      outcome: 'duplicate',
    });
    await life.inside.redis.flushdb();
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('11:00:00'));
    expect(await life.shops.find(SHOP)).toMatchObject({ state: 'installed', uninstalledAt: null });
    expect(await sessions()).toBe(1);
    expect(await life.outcomes('app/uninstalled')).toEqual(['applied']);
  });

  test('two uninstalls with identical bodies are two events: their triggered-at differs', async () => {
    await install('10:00:00');
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('11:00:00'));
    await install('12:00:00');
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('13:00:00'));
    expect(await life.shops.find(SHOP)).toMatchObject({
      state: 'uninstalled',
      uninstalledAt: AT('13:00:00'),
    });
    expect(await sessions()).toBe(0);
  });

  test('a token from a reinstall while the uninstall webhook was on its way is kept', async () => {
    await install('10:00:00');
    await life.inside.collections.sessions.updateOne({ shop: SHOP }, { $set: { storedAt: AT('11:00:30') } });
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('11:00:00'));
    expect(await sessions()).toBe(1);
  });

  test('uninstall of a shop that never installed: unchanged, and no record', async () => {
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('11:00:00'));
    expect(await life.outcomes('app/uninstalled')).toEqual(['unchanged']);
    expect(await life.shops.list()).toEqual([]);
  });

  test('scopes in a body are never trusted: the shop is marked, so that Shopify is asked', async () => {
    await install('10:00:00');
    const dueAt = async () => (await life.inside.collections.shops.findById(SHOP).lean())?.subscriptionsDueAt;
    await life.inside.collections.shops.updateOne({ _id: SHOP }, { subscriptionsDueAt: AT('23:00:00') });
    await life.sendAndDrain('app/scopes_update', scopes(['read_products']), at('11:00:02'));
    expect(await life.shops.find(SHOP)).toMatchObject({ scopes: ['read_orders'] });
    expect(await dueAt()).toEqual(new Date(0));
    await life.sendAndDrain('app/uninstalled', UNINSTALLED, at('12:00:00'));
    await life.sendAndDrain('app/scopes_update', scopes([]), at('12:00:01'));
    expect(await life.outcomes('app/scopes_update')).toEqual(['applied', 'stale']);
  });

  const lines = ['shops', 'sessions', 'audit', 'compliance'] as const;
  test.each(lines)('if a drain dies after a write to %s, the next one has the same result', async (line) => {
    await install('10:00:00');
    await life.send('app/uninstalled', UNINSTALLED, at('11:00:00'));
    await life.send('customers/redact', redactBody(ADA, [1], SHOP), at('11:00:01'));
    const real = life.inside.collections[line];
    let calls = 0;
    // The first write to that collection succeeds, and then the process dies.
    const dying = new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (!['updateOne', 'deleteMany', 'create'].includes(String(name))) return value;
        return async (...args: unknown[]) => {
          const answer = await (value as (...given: unknown[]) => Promise<unknown>).apply(target, args);
          calls += 1;
          if (calls === 1) throw new Error('died');
          return answer;
        };
      },
    });
    await expect(life.drain(life.toolsOver({ [line]: dying }))).rejects.toThrow('died');
    expect(await life.inside.redis.llen(life.inside.keys.mailbox(`${SHOP}/-` as never))).toBe(2);
    await life.drain();
    expect(await life.shops.find(SHOP)).toMatchObject({
      state: 'uninstalled',
      uninstalledAt: AT('11:00:00'),
    });
    expect(await sessions()).toBe(0);
    expect(await life.records()).toMatchObject([{ state: 'asked', customer: String(ADA.id) }]);
    expect(await acts()).toEqual([
      ['shopify', 'shop.uninstall', SHOP, 'done', 'done'],
      ['shopify', 'compliance.ask', SHOP, 'done', 'done'],
    ]);
    expect(await life.outcomes('app/uninstalled')).toEqual(['applied']);
    expect(await life.outcomes('customers/redact')).toEqual(['applied']);
  });

  test('P7: an event that keeps failing is parked after twenty drains, and the ones after it are applied', async () => {
    await install('10:00:00');
    await life.send('customers/redact', redactBody(ADA, [1], SHOP), at('10:30:00'));
    await life.send('app/uninstalled', UNINSTALLED, at('11:00:00'));
    const refusing = { updateOne: () => Promise.reject(new Error('refused')) };
    const tools = life.toolsOver({ compliance: refusing as never });
    for (let drains = 1; drains < 20; drains += 1) await expect(life.drain(tools)).rejects.toThrow('refused');
    await life.drain(tools);
    expect(await life.inside.collections.parked.find().lean()).toMatchObject([
      { topic: 'customers/redact', error: expect.stringContaining('refused (20 drains failed on it)') },
    ]);
    expect(await life.shops.find(SHOP)).toMatchObject({ state: 'uninstalled' });
  });

  test('P7: unreadable events are parked with their whole body, as usual', async () => {
    await life.send('orders/create', '{no JSON}');
    await life.send('customers/redact', { shop_id: 1, shop_domain: SHOP, customer: { id: null } });
    await life.drain();
    const parked = await life.inside.collections.parked.find().sort({ topic: 1 }).lean();
    expect(parked.map(({ error }) => error)).toEqual([
      expect.stringContaining('customers/redact: customer.id'),
      'the body is not JSON',
    ]);
    expect(decompress(bytesOf(parked[1]!.payload)).toString()).toBe('{no JSON}');
  });
});
