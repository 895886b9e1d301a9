import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { decodeEntry } from '../../src/deposit/mailbox-entry.ts';
import { collectionsOf } from '../../src/persist/collections.ts';
import { openMongo } from '../../src/system/connections.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { keyOf } from '../support/waiting-event.ts';
import { CANARIES, canariesIn, headersOf, PLANTED, PLANTED_LATER, SHOP, type Planted } from './canaries.ts';
import { everythingIn } from './everything-in-redis.ts';
import { HeardPrograms } from './heard-programs.ts';

/**
 * Canaries in bodies, headers and settings, through real programs that log at `trace`. They may occur in
 * mailboxes while an event waits, and in MongoDB's payloads and orders' bodies; nowhere else.
 */
describe('canaries appear nowhere else', () => {
  let programs: HeardPrograms;
  let redis: Redis;
  let mongo: ReturnType<typeof openMongo>;
  let token: string;
  const answers: string[] = [];
  beforeAll(async () => {
    const names = await namespace();
    redis = new Redis(names.redisUrl);
    mongo = openMongo(names.mongoUri);
    programs = new HeardPrograms(names, {
      SHOPIFY_API_SECRET: CANARIES.shopifySecret,
      SHOPIFY_API_SECRET_PREVIOUS: CANARIES.previousSecret,
      OPS_JWT_SECRET: CANARIES.jwtSecret,
      MAX_BODY_BYTES: '100000',
    });
    token = await mintToken(CANARIES.jwtSecret, { name: 'test', role: 'admin' }, 1);
    await Promise.all([programs.start('ingest'), programs.start('dashboard'), mongo.asPromise()]);
  });
  afterAll(async () => {
    redis.disconnect();
    await Promise.all([programs.stop(), mongo.close()]);
  });

  const api = async (path: string) =>
    (await http(`${programs.urls.dashboard}/api${path}`, { headers: { authorization: `Bearer ${token}` } }))
      .text;
  const waiting = async () => (JSON.parse(await api('/status')) as { waitingEvents: number }).waitingEvents;

  async function send(all: Planted[]): Promise<void> {
    for (const planted of all) {
      const { text, json, headers } = await http(`${programs.urls.ingest}${planted.path ?? '/webhooks'}`, {
        method: 'POST',
        headers: headersOf(planted),
        body: Buffer.from(planted.body, 'latin1'),
      });
      const { what, outcome } = planted;
      expect({ what, outcome: json.outcome }).toEqual({ what, outcome });
      answers.push(text, JSON.stringify(headers));
    }
  }
  const drained = () => until(async () => (await waiting()) === 0, 20_000, 'drained');

  test('answers to Shopify, of every kind', async () => {
    await send(PLANTED);
    expect(answers.length).toBeGreaterThan(50);
    expect(canariesIn(answers.join('\n'))).toEqual([]);
  });

  test('Redis, while events wait: only mailboxes contain them, and no key is named after a person', async () => {
    const everything = await everythingIn(redis);
    const others = [...everything].filter(([key]) => !key.includes(':mailbox:'));
    const mailboxes = [...everything.keys()].filter((key) => key.includes(':mailbox:'));
    const entries = (await Promise.all(mailboxes.map((key) => redis.lrangeBuffer(key, 0, -1)))).flat();
    const bodies = entries.map((entry) => Buffer.from(decodeEntry(keyOf(), entry).body).toString('latin1'));
    // The search finds them where they are allowed, so it would find them elsewhere too: nothing is
    // compressed there.
    expect(canariesIn(bodies.join('\n'))).toEqual(
      expect.arrayContaining(['email', 'name', 'surname', 'phone', 'street', 'note', 'token']),
    );
    expect(canariesIn([...everything.keys()].join('\n'))).toEqual([]);
    expect(canariesIn(JSON.stringify(others))).toEqual([]);
    // These include BullMQ's jobs.
    const job = JSON.stringify({ order: `${SHOP}/1` });
    expect(others.some(([, value]) => value.includes(JSON.stringify(job)))).toBe(true);
  });

  test('Redis, when all events were drained, parked, or given up after failed drains', async () => {
    await programs.start('worker');
    await drained();
    // Damaged manually: joining a dispute to something that is not a list throws, for three drains.
    const { orders } = collectionsOf(mongo);
    await orders.collection.updateOne({ shop: SHOP, orderId: '2' }, { $set: { disputes: 7 } });
    await send(PLANTED_LATER);
    await drained();
    expect(programs.heard.includes('drain failed')).toBe(true);
    expect(canariesIn(JSON.stringify([...(await everythingIn(redis))]))).toEqual([]);
  });

  test('the journal and the parked events give reasons without personal data', async () => {
    const { events, parked } = collectionsOf(mongo);
    const ended = await events.find({}, { outcome: 1, because: 1 }).lean();
    const outcomes = new Set(ended.map((each) => each.outcome));
    expect([...outcomes]).toEqual(expect.arrayContaining(['applied', 'stale', 'parked']));
    expect(canariesIn(JSON.stringify(ended))).toEqual([]);
    const reasons = await parked.find({}, { error: 1 }).lean();
    expect(reasons.length).toBeGreaterThan(9);
    expect(canariesIn(JSON.stringify(reasons))).toEqual([]);
  });

  test('the API returns the state and the orders without personal data', async () => {
    const paths = ['/status', '/orders', `/orders/${SHOP}/1`, `/orders/${SHOP}/1/timeline`];
    const answers = await Promise.all(paths.map(api));
    const shown = JSON.stringify(answers.map((text) => ({ ...(JSON.parse(text) as object), body: null })));
    expect(shown.includes('"orderId":"1"')).toBe(true);
    expect(canariesIn(shown)).toEqual([]);
  });

  test('programs write them neither in metrics nor in any output line', async () => {
    expect(canariesIn(await programs.told())).toEqual([]);
    await programs.stop();
    // They did log everything: a line per webhook, and one per processed event.
    const said = [...programs.heard.matchAll(/"outcome":"(\w+)"/g)].map(([, outcome]) => outcome);
    const outcomes = ['applied', 'stale', ...PLANTED.map((each) => each.outcome)];
    expect(said).toEqual(expect.arrayContaining(outcomes));
    expect(canariesIn(programs.heard)).toEqual([]);
    expect(programs.heard.includes(token)).toBe(false);
  });
});
