import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainOrder } from '../../src/drain/drain-order.ts';
import { partsOf } from '../../src/order/identity.ts';
import { dedupeRoutes } from '../../src/operate/api/dedupe-routes.ts';
import { RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';
import { MAX_BODY_BYTES, REASON, ServedDedupe } from './served-dedupe.ts';
import { ServedRoutes } from './served-routes.ts';

describe('the release of a claim', () => {
  let served: ServedDedupe;
  beforeAll(async () => {
    served = await ServedDedupe.start();
  });
  afterAll(() => served.stop());

  test('of an applied event is refused; if confirmed, the answer says what still protects the order', async () => {
    const { event, order: key } = await served.applied();
    const refused = await served.release(event);
    expect(refused.status).toBe(409);
    expect(refused.json.detail).toContain('its outcome is applied: confirm');
    expect(await served.claimed(event)).toBe(1);
    const done = await served.release(event, { confirm: true });
    expect(done.status).toBe(200);
    expect(done.json.did).toContain(
      `Released the dedupe key of event ${event} of ${key} and of the delivery`,
    );
    expect(done.json.did).toContain('remembers its last 200 applied events');
    expect(await served.claimed(event)).toBe(0);
    expect(served.routes.acts.slice(-2)).toMatchObject([
      { action: 'dedupe.release', target: event, who: 'ada', reason: REASON, outcome: 'refused' },
      { action: 'dedupe.release', target: event, outcome: 'done', detail: done.json.did },
    ]);
    expect((await served.release(event)).status).toBe(404);
  });

  test('works as described: the event is accepted when it is sent again, and changes nothing', async () => {
    const { event, order: key, body } = await served.applied();
    const before = await served.inside.tools.orders.load(key);
    await served.release(event, { confirm: true });
    const again = waitingEvent('orders/create', null, { order: key, id: event, body: Buffer.from(body) });
    expect((await served.inside.depositor.deposit(again, null)).outcome).toBe('accepted');
    await drainOrder(key, served.inside.tools);
    const after = await served.inside.tools.orders.load(key);
    expect({ ...after, version: before?.version }).toEqual(before);
    expect(await served.inside.collections.events.countDocuments({ order: key })).toBe(1);
  });

  test('of an event that is waiting in its mailbox or in the spool is refused unless confirmed', async () => {
    const inMailbox = await served.arrives();
    const inSpool = await served.arrives();
    await served.inside.redis.del(served.inside.keys.mailbox(inSpool.order));
    await served.inside.collections.spool.create({
      _id: inSpool.event,
      shop: partsOf(inSpool.order).shop,
      order: inSpool.order,
      topic: 'returns/close',
      receivedAt: new Date(RECEIVED_AT),
      payload: Buffer.from('x'),
    });
    for (const { event } of [inMailbox, inSpool]) {
      expect((await served.release(event)).json.detail).toContain('its outcome is waiting');
      expect(await served.claimed(event)).toBe(1);
    }
    expect((await served.release(inMailbox.event, { confirm: true })).json.did).toContain(
      'It is still waiting',
    );
  });

  test('of a parked event needs no confirmation', async () => {
    const { event, order: key } = await served.arrives('orders/paid', { body: 'no JSON at all' });
    await drainOrder(key, served.inside.tools);
    expect((await served.routes.get(`/dedupe/${event}`)).json.outcome).toBe('parked');
    expect((await served.release(event)).json.did).toContain('tried again');
    expect(await served.claimed(event)).toBe(0);
  });

  test('while MongoDB is down, and its outcome is unknown, is refused unless confirmed', async () => {
    const { redis } = served.inside;
    const { event } = await served.arrives();
    const [claim] = await served.claims.find([event]);
    if (!claim) throw new Error('it was deposited');
    const known = [{ claim, outcome: 'unknown', topic: null, webhookId: null, journalRead: false } as const];
    const looking = () => Promise.resolve({ known, looked: 'nowhere' });
    const reader = { byEvents: looking, byWebhook: looking, byHashes: looking };
    const tools = { redis, claims: served.claims, reader, maxBodyBytes: MAX_BODY_BYTES };
    const away = await ServedRoutes.start(dedupeRoutes(tools));
    const refused = await away.post(`/dedupe/${event}/release`, { reason: REASON });
    expect(refused.json.detail).toContain('MongoDB is down');
    expect(refused.status).toBe(409);
    expect((await away.post(`/dedupe/${event}/release`, { reason: REASON, confirm: true })).status).toBe(200);
    await away.stop();
  });

  test('of a claim that has changed since it was shown is refused', async () => {
    const { event, order: key } = await served.arrives();
    await served.inside.redis.del(served.inside.keys.mailbox(key));
    const { firstSeenAt } = (await served.routes.get(`/dedupe/${event}`)).json;
    const other = new Date(Date.parse(String(firstSeenAt)) - 1000).toISOString();
    expect((await served.release(event, { firstSeenAt: other })).status).toBe(409);
    expect(await served.claimed(event)).toBe(1);
    expect((await served.release(event, { firstSeenAt })).status).toBe(200);
  });

  test.each([[{ reason: undefined }], [{ reason: 'x' }], [{ reason: ' '.repeat(20) }], [{ all: true }]])(
    'without a valid reason, or with unknown fields (%j), is a 400 and nothing is done',
    async (more) => {
      const { event } = await served.arrives();
      expect((await served.release(event, { confirm: true, ...more })).status).toBe(400);
      expect(await served.claimed(event)).toBe(1);
    },
  );

  test("is an operator's: 403 for a viewer", async () => {
    const { event } = await served.arrives();
    const answer = await served.routes.post(
      `/dedupe/${event}/release`,
      { reason: REASON, confirm: true },
      'viewer',
    );
    expect(answer.status).toBe(403);
    expect(await served.claimed(event)).toBe(1);
  });
});
