import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { shopCounts } from '../../src/operate/status/shop-counts.ts';
import type { ShopStatus } from '../../src/operate/status/shop-status.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { install, request } from './shop-records.ts';
import { shopStatusOver } from './shop-status-over.ts';

const SHOP = 's1.myshopify.com';

/** Every page that shows the list reads it every two seconds; the counts are read every second. */
describe('no query for shops reads the whole collection', () => {
  let inside: Inside;
  let shops: ShopStatus;
  const sent: mongo.Document[] = [];
  beforeAll(async () => {
    inside = await openInProcess();
    const { collections, redis, partitions, client } = inside;
    for (let i = 0; i < 30; i += 1)
      await install(collections, `s${i}.myshopify.com`, {
        attention: i % 10 ? null : 'its tokens have lapsed',
      });
    for (let i = 0; i < 40; i += 1)
      await request(collections, SHOP, {
        _id: String(i).padStart(64, '0'),
        state: i % 20 ? 'done' : 'asked',
      });
    shops = shopStatusOver(redis, partitions, collections);
    client.on('commandStarted', ({ commandName, command }) => {
      if (['find', 'aggregate', 'count'].includes(commandName)) sent.push(command);
    });
  });
  afterAll(() => inside.close());

  test.each<[string, number, () => Promise<unknown>]>([
    ['all of them', 4, () => shops.list('', null)],
    ['shops by name', 4, () => shops.list('s1', null)],
    ['one', 4, () => shops.one(SHOP, null)],
    ['those of a token', 2, () => shops.list('', [SHOP])],
    ['the counts, and which shops need attention', 4, () => shopCounts(inside.collections.shops)],
  ])('%s, in %i queries', async (_name, queries, ask) => {
    sent.length = 0;
    await ask();
    const asked = sent.splice(0);
    expect(asked).toHaveLength(queries);
    const { db } = inside.collections.shops.db;
    for (const { lsid: _, $db: __, $clusterTime: ___, ...explain } of asked) {
      const plan = JSON.stringify(
        await db?.command({ explain, verbosity: 'queryPlanner' }),
        (name, value: unknown) => (name === 'rejectedPlans' ? [] : value),
      );
      expect(plan).not.toMatch(/COLLSCAN|"SORT"/);
      expect(plan).toMatch(/IXSCAN|IDHACK|EXPRESS|COUNT_SCAN/);
    }
  });
});
