import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { createReconcileStore, SCHEDULE } from '../../src/persist/reconcile-store.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';

const AT = Date.UTC(2026, 10, 27, 12);

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
    client.on('commandStarted', ({ commandName, command }) => {
      if (['find', 'distinct'].includes(commandName)) sent.push(command);
    });
  });
  afterAll(() => inside.close());

  const book = () => createReconcileStore(inside.collections, () => AT);
  const mark = { at: new Date(AT - 60_000), id: 'pass-1' };

  test.each<[string, () => Promise<unknown[]>]>([
    ['passes to run', () => book().open()],
    ['the newest passes', () => book().list(undefined, null, 10)],
    ['passes before a given one', () => book().list(undefined, mark, 10)],
    ["a shop's passes", () => book().list('s7.myshopify.com', null, 10)],
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
