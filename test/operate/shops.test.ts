import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { shopRoutes } from '../../src/operate/api/shop-routes.ts';
import type { ShopRow } from '../../src/operate/shapes/shops.ts';
import { openDeposit, openInProcess, type DepositInside, type Inside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ServedRoutes } from './served-routes.ts';
import { shopStatusOver } from './shop-status-over.ts';

const [BIG, SMALL, OLD] = ['big.myshopify.com', 'small.myshopify.com', 'old.myshopify.com'];
const INSTANT = expect.stringMatching(/Z$/) as unknown as string;
const NO_INSTALL = {
  state: 'unknown',
  installedAt: null,
  uninstalledAt: null,
  scopes: [],
  attention: null,
  reconciledTo: null,
  repaired: 0,
  subscriptions: null,
  token: null,
  redactedAt: null,
} as const;

describe('/api/shops', () => {
  let inside: DepositInside;
  let kept: Inside;
  let served: ServedRoutes;
  beforeAll(async () => {
    inside = await openDeposit({ partitions: 2 });
    kept = await openInProcess();
  });
  afterAll(async () => {
    await inside.close();
    await kept.close();
  });
  beforeEach(async () => {
    await inside.redis.flushdb();
    await served?.stop();
    // A reader keeps past hours.
    const { redis, partitions } = inside;
    const shops = shopStatusOver(redis, partitions, kept.collections);
    served = await ServedRoutes.start(shopRoutes({ redis, shops }));
  });
  afterAll(() => served.stop());

  async function deposited(shop: string, count: number): Promise<void> {
    for (let i = 1; i <= count; i += 1)
      await inside.depositor.deposit(
        waitingEvent('orders/paid', {}, { order: keyOf(String(i), shop) }),
        null,
      );
    await inside.waker.flush();
  }
  async function list(query = ''): Promise<{ status: number; shops: ShopRow[]; total: unknown }> {
    const { status, json } = await served.get(`/shops${query}`);
    return { status, shops: json.shops as ShopRow[], total: json.total };
  }
  const thisHour = async () => Math.floor(Number((await inside.redis.time())[0]) / 3600);
  const keys = (partition: number) => {
    const found = inside.partitions[partition];
    if (!found) throw new Error('two partitions');
    return found;
  };

  test('is empty if there are no shops', async () => {
    expect(await list()).toEqual({ status: 200, shops: [], total: 0 });
  });

  test('has the waiting events, share and last event of each shop, the busiest first', async () => {
    await deposited(SMALL, 2);
    await deposited(BIG, 6);
    const { shops, total } = await list();
    expect(total).toBe(2);
    expect(shops).toEqual([
      {
        shop: BIG,
        waitingEvents: 6,
        events24h: 6,
        share: 0.75,
        lastEventAt: INSTANT,
        lastWebhookAt: null,
        ...NO_INSTALL,
      },
      {
        shop: SMALL,
        waitingEvents: 2,
        events24h: 2,
        share: 0.25,
        lastEventAt: INSTANT,
        lastWebhookAt: null,
        ...NO_INSTALL,
      },
    ]);
    const ago = Date.now() - Date.parse(String(shops[0]?.lastEventAt));
    expect(Math.abs(ago)).toBeLessThan(60_000);
  });

  test('counts only the last 24 hours; events that have waited for longer are still shown', async () => {
    const hour = await thisHour();
    const { redis } = inside;
    await redis.hset(keys(0).traffic(hour - 24), SMALL, 5);
    await redis.hset(keys(1).traffic(hour - 1), SMALL, 7);
    await redis.hset(keys(0).traffic(hour - 26), SMALL, 1000);
    await redis.hset(keys(1).shops, OLD, 3);
    const { shops } = await list();
    expect(shops).toEqual([
      {
        shop: SMALL,
        waitingEvents: 0,
        events24h: 12,
        share: 1,
        lastEventAt: null,
        lastWebhookAt: null,
        ...NO_INSTALL,
      },
      {
        shop: OLD,
        waitingEvents: 3,
        events24h: 0,
        share: 0,
        lastEventAt: null,
        lastWebhookAt: null,
        ...NO_INSTALL,
      },
    ]);
  });

  test('a past hour is read once: only the current hour is read again', async () => {
    await deposited(BIG, 1);
    await inside.redis.hset(keys(0).traffic((await thisHour()) - 2), BIG, 10);
    await list();
    const read: string[] = [];
    const send = inside.redis.sendCommand.bind(inside.redis);
    inside.redis.sendCommand = (command, ...more) => {
      if (command.name === 'hgetall') read.push(String(command.args[0]));
      return send(command, ...more);
    };
    const { shops } = await list();
    inside.redis.sendCommand = send;
    expect(shops[0]?.events24h).toBe(11);
    expect(read.filter((key) => key.includes(':traffic:')).length).toBeLessThanOrEqual(2 * 2);
    expect(read.length).toBeGreaterThan(0);
  });

  test('is searched by a part of the name; shares are still of all shops', async () => {
    await deposited(SMALL, 1);
    await deposited(BIG, 3);
    const { shops, total } = await list('?name=SMALL');
    expect(total).toBe(1);
    expect(shops).toMatchObject([{ shop: SMALL, share: 0.25 }]);
    expect((await list('?name=%3Cscript%3E')).shops).toEqual([]);
  });

  test('shows at most 200, and says how many there are', async () => {
    const many = Array.from({ length: 250 }, (_, i) => [`shop-${i}.myshopify.com`, String(i + 1)]).flat();
    await inside.redis.hset(keys(0).traffic(await thisHour()), ...many);
    const { shops, total } = await list();
    expect(total).toBe(250);
    expect(shops).toHaveLength(200);
    expect(shops[0]?.events24h).toBe(250);
  });

  test.each([`?name=${'x'.repeat(254)}`, '?name=%00', '?name[]=a', '?limit=5'])(
    'an invalid query is a 400: %s',
    async (query) => {
      expect((await list(query)).status).toBe(400);
    },
  );
});
