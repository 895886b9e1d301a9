import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection } from 'mongoose';
import type { LoadTestRun } from '../../load-tests/report/run.ts';
import { planSale, type Sale, type SaleOptions } from '../../load-tests/sale/plan.ts';
import { runSale } from '../../load-tests/sale/run-sale.ts';
import { Lockstep } from '../../testkit/local/lockstep.ts';
import { SECRET } from '../../testkit/local/secrets.ts';
import type { Started } from '../../testkit/local/programs.ts';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import { collectionsOf, type Collections } from '../../src/persist/collections.ts';
import { openMongo } from '../../src/system/connections.ts';
import { http } from '../support/http.ts';
import { namespace, type Namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { FalseIngest, type Attempt, type Reply } from '../load-tests/false-ingest.ts';

/** Lockstep is real here; between it and the sender is an ingest that breaks what the test chooses. */
describe('the proof of a sale', () => {
  let names: Namespace;
  let lockstep: Lockstep;
  let ingest: Started;
  let worker: Started;
  let mongo: Connection;
  let collections: Collections;
  let between: FalseIngest;

  beforeAll(async () => {
    names = await namespace();
    lockstep = new Lockstep(names, { env: { HOLD_FOR_CREATE_MS: '0' } });
    [ingest, worker] = await Promise.all([lockstep.start('ingest'), lockstep.start('worker')]);
    mongo = openMongo(names.mongoUri);
    await mongo.asPromise();
    collections = collectionsOf(mongo);
  });
  afterEach(() => between?.close());
  afterAll(async () => {
    await Promise.all([mongo?.close(), lockstep?.stop()]);
  });

  let sales = 0;
  const saleOf = (orders: number, id: string, seed = 1): Sale => {
    const options: Omit<SaleOptions, 'id'> = {
      orders,
      shops: 2,
      topics: ['create', 'transaction', 'paid'],
      dup: 0,
      shuffle: 20,
      seed,
    };
    return planSale({ ...options, id });
  };

  /** Runs a small sale; its webhooks, except those of the warm-up, meet `answer`. */
  async function run(answer: (attempt: Attempt, sale: Sale) => Promise<Reply>): Promise<LoadTestRun> {
    sales += 1;
    const sale = saleOf(20, `false${sales}`);
    const warmUp = saleOf(2, `false${sales}-warm-up`, 2);
    between = await FalseIngest.start(
      (attempt) => (isOf(sale, attempt) ? answer(attempt, sale) : attempt.forward()),
      ingest.url,
    );
    const secret = SECRET;
    const target = {
      ...names,
      ingestUrl: between.url,
      secret,
      partitions: 1,
      workerUrls: [worker.url],
      close: () => Promise.resolve(),
    };
    const sending = { url: between.url, secret, connections: 5, rate: null };
    return await runSale({ sale, warmUp }, target, sending, 'a test', () => undefined);
  }

  const brokenIn = ({ promises }: LoadTestRun) => promises.filter(({ kept }) => !kept).map(({ id }) => id);
  const figuresOf = ({ promises }: LoadTestRun, wanted: string) =>
    promises.find(({ id }) => id === wanted)?.figures;

  /** The sale's own number, from 1: those of the warm-up came before. */
  function nthOf(attempt: Attempt, sale: Sale): number {
    return 1 + between.attempts.filter((each) => isOf(sale, each) && each.nth < attempt.nth).length;
  }

  /** Neither of the warm-up, nor forged. */
  function isOf({ shops }: Sale, { shop, webhookId }: Attempt): boolean {
    return shops.includes(shop) && !webhookId.startsWith('forged-');
  }

  const isThird = (attempt: Attempt, sale: Sale) => nthOf(attempt, sale) % 3 === 0;

  test('an honest ingest in between changes nothing: every promise is kept', async () => {
    const told = await run((attempt) => attempt.forward());
    expect(brokenIn(told)).toEqual([]);
    expect(told.verdict).toMatchObject({ kept: true });
    expect(told).toMatchObject({ sent: 60, sentAgain: 0, answers: { '200 accepted': 60 } });
    expect(told.times['lock held']?.count).toBeGreaterThan(0);
  });

  describe('an ingest that lies', () => {
    test('P2: events that it answers with 200 and does not store are reported as lost, every one', async () => {
      const swallowed: string[] = [];
      const told = await run(async (attempt, sale) => {
        if (!isThird(attempt, sale)) return await attempt.forward();
        swallowed.push(attempt.event);
        return { status: 200, json: { outcome: 'accepted', event: attempt.event } };
      });
      expect(swallowed).toHaveLength(20);
      expect(brokenIn(told)).toEqual(['P2']);
      expect(figuresOf(told, 'P2')).toBe('20 lost of 60 acknowledged (60 to send)');
      expect(told.verdict.kept).toBe(false);
      expect(told.verdict.sentence).toMatch(/^BROKEN: P2 \(20 lost/);
    });

    test('P2: a 200 that does not say which event it is for proves nothing', async () => {
      const told = await run(async (attempt, sale) => {
        const reply = await attempt.forward();
        return isThird(attempt, sale) ? { status: 200, json: { outcome: 'accepted' } } : reply;
      });
      expect(brokenIn(told)).toEqual(['P2']);
      expect(figuresOf(told, 'P2')).toBe('0 lost of 40 acknowledged (60 to send)');
    });
  });

  describe('an ingest that is sometimes down', () => {
    test('refused webhooks are sent again, and stored; the answers are reported', async () => {
      const told = await run(async (attempt, sale) =>
        attempt.time === 1 && isThird(attempt, sale)
          ? { status: 503, json: { outcome: 'unavailable' } }
          : await attempt.forward(),
      );
      const again = between.attempts.filter(({ time }) => time === 2);
      expect(again.length).toBeGreaterThan(10);
      expect(told.sentAgain).toBe(again.length);
      expect(told.sent).toBe(60 + again.length);
      expect(told.answers).toEqual({ '200 accepted': 60, '503 unavailable': again.length });
      expect(brokenIn(told)).toEqual(['Answers']);
      expect(told.verdict).toMatchObject({
        kept: false,
        sentence: expect.stringMatching(/^BROKEN: Answers/),
      });
    });

    test('P3: if only the answer was lost, the second time is a duplicate', async () => {
      const told = await run(async (attempt, sale) => {
        const reply = await attempt.forward();
        return attempt.time === 1 && isThird(attempt, sale) ? null : reply;
      });
      const again = between.attempts.filter(({ time }) => time === 2).length;
      expect(again).toBeGreaterThan(10);
      expect(told.answers).toEqual({
        '200 accepted': 60 - again,
        '200 duplicate': again,
        'no answer': again,
      });
      expect(told).toMatchObject({ sent: 60 + again, sentAgain: again });
      expect(brokenIn(told)).toEqual(['Answers']);
    });
  });

  /** Done to the stored data of a sale's first shop, when all but the last of its webhooks are applied. */
  type Harm = (shop: string) => Promise<unknown>;
  const ofShop = (shop: string) => ({ $gte: `${shop}/`, $lt: `${shop}0` });

  describe('a store that is tampered with before the audit', () => {
    const harms: [string, string[], Harm][] = [
      [
        'an entry that is gone from the journal',
        ['P2', 'P8'],
        (shop) => collections.events.collection.deleteOne({ order: ofShop(shop) }),
      ],
      [
        'an order that is gone',
        ['P5'],
        (shop) => collections.orders.collection.deleteOne({ _id: ofShop(shop) as never }),
      ],
      [
        'an order with another status',
        ['P5'],
        (shop) =>
          collections.orders.collection.updateOne(
            { _id: ofShop(shop) as never },
            { $set: { status: 'cancelled' } },
          ),
      ],
      [
        'an order that counts one application more',
        ['P3', 'P5'],
        (shop) =>
          collections.orders.collection.updateOne({ _id: ofShop(shop) as never }, { $inc: { sequence: 1 } }),
      ],
      ['an unknown webhook that cannot be read', ['P7'], sendUnreadable],
    ];

    async function sendUnreadable(shop: string): Promise<void> {
      const [delivery] = saleOf(1, 'any').deliveries;
      const unreadable = { ...delivery!, shop, webhookId: 'of-nobody', body: Buffer.from('{"no":"id"}') };
      const headers = signedHeaders(unreadable, SECRET);
      const answer = await http(`${ingest.url}/webhooks`, { method: 'POST', headers, body: unreadable.body });
      expect(answer.json.outcome).toBe('parked');
    }

    test.each(harms)('%s breaks %j', async (_what, ids, harm) => {
      const told = await run(async (attempt, sale) => {
        const reply = await attempt.forward();
        if (nthOf(attempt, sale) < 60) return reply;
        await until(async () => (await kept(sale)) === 60);
        await harm(sale.shops[0] ?? '');
        return reply;
      });
      expect(brokenIn(told)).toEqual(ids);
      expect(told.verdict.kept).toBe(false);
      for (const id of ids) expect(told.verdict.sentence).toContain(`${id} (`);
    });

    async function kept({ shops }: Sale): Promise<number> {
      const each = shops.map((shop) => collections.events.countDocuments({ order: ofShop(shop) }));
      return (await Promise.all(each)).reduce((sum, count) => sum + count);
    }
  });
});
