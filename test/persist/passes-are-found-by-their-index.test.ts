import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { createCompletenessStore } from '../../src/persist/completeness-store.ts';
import { countByDay, liveOrdersOf } from '../../src/persist/orders-of-days.ts';
import { createReconcileStore, SCHEDULE } from '../../src/persist/reconcile-store.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';

const HOUR_MS = 3_600_000;
const AT = Date.UTC(2026, 10, 27, 12);

const DAY = { start: new Date(AT - 24 * HOUR_MS), end: new Date(AT) };

/** The schedule queries every five seconds, over all shops and all past passes. */
describe('passes are found without a collection scan', () => {
  let inside: Inside;
  const sent: mongo.Document[] = [];
  beforeAll(async () => {
    inside = await openInProcess();
    const { collections, client } = inside;
    await collections.shops.insertMany(
      Array.from({ length: 100 }, (_, i) => ({
        _id: `s${i}.myshopify.com`,
        state: 'installed',
        installedAt: new Date(AT),
        scopes: [],
        reconciledTo: i % 2 ? null : new Date(AT - i * 60_000),
      })),
    );
    await collections.reconciles.insertMany(
      Array.from({ length: 200 }, (_, i) => ({
        _id: `pass-${i}`,
        shop: `s${i % 100}.myshopify.com`,
        how: 'pages',
        until: new Date(AT),
        dryRun: false,
        who: SCHEDULE,
        reason: 'its turn',
        state: i < 5 ? 'running' : 'done',
        askedAt: new Date(AT - i * 60_000),
      })),
    );
    await collections.completeness.insertMany(
      Array.from({ length: 200 }, (_, i) => ({
        _id: `check-${i}`,
        shop: `s${i % 100}.myshopify.com`,
        from: '2026-10-01',
        to: '2026-10-31',
        who: 'ada',
        reason: 'the month ended',
        state: i < 5 ? 'running' : 'done',
        askedAt: new Date(AT - i * 60_000),
      })),
    );
    await collections.orders.collection.insertMany(
      Array.from({ length: 200 }, (_, i) => ({
        _id: `s7.myshopify.com/${i}` as never,
        shop: 's7.myshopify.com',
        createdAt: new Date(AT - i * HOUR_MS),
        deletedAt: null,
        test: false,
      })),
    );
    client.on('commandStarted', ({ commandName, command }) => {
      if (['find', 'distinct', 'aggregate'].includes(commandName)) sent.push(command);
    });
  });
  afterAll(() => inside.close());

  const book = () => createReconcileStore(inside.collections, () => AT);
  const checks = () => createCompletenessStore(inside.collections, () => AT);
  const mark = { at: new Date(AT - 60_000), id: 'pass-1' };

  test.each<[string, () => Promise<unknown[]>]>([
    ['passes to run', () => book().open()],
    ['the newest passes', () => book().list(undefined, null, 10)],
    ['passes before a given one', () => book().list(undefined, mark, 10)],
    ["a shop's passes", () => book().list('s7.myshopify.com', null, 10)],
    ['checks to run', () => checks().open()],
    ['the newest checks', () => checks().list(undefined, null, 10)],
    ["a shop's checks", () => checks().list('s7.myshopify.com', { ...mark, id: 'check-1' }, 10)],
    [
      "a shop's orders by day",
      () => countByDay(inside.collections, 's7.myshopify.com', [DAY.start], DAY.end),
    ],
    ["a shop's orders of a day", () => liveOrdersOf(inside.collections, 's7.myshopify.com', DAY, 10)],
    ['shops that are due', () => book().due(new Date(AT - 600_000), 4)],
  ])('%s', async (_name, ask) => {
    sent.length = 0;
    expect((await ask()).length).toBeGreaterThan(0);
    const { db } = inside.collections.reconciles.db;
    for (const { lsid: _, $db: __, $clusterTime: ___, ...explain } of sent.splice(0)) {
      const plan = JSON.stringify(
        await db?.command({ explain, verbosity: 'queryPlanner' }),
        (name, value: unknown) => (name === 'rejectedPlans' ? [] : value),
      );
      expect(plan).not.toContain('COLLSCAN');
      expect(plan).toMatch(/IXSCAN|DISTINCT_SCAN/);
    }
  });
});
