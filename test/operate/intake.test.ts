import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SHOP, ServedIntake } from './served-intake.ts';

const OTHER = 'other.myshopify.com';

describe('events of other systems', () => {
  let intake: ServedIntake;
  beforeAll(async () => {
    intake = await ServedIntake.start();
    await intake.register('wms/picked', undefined, ['/boxes']);
    await intake.register('erp/posted', {});
  });
  afterAll(() => intake.stop());

  const picked = (id: string, more: object = {}) => ({
    order: id,
    type: 'wms/picked',
    data: { boxes: 2, by: 'Jane' },
    ...more,
  });

  test('P2: an accepted one waits in the mailbox of its order, and is then applied', async () => {
    const { id, key } = intake.newOrder();
    const { status, json } = await intake.send(picked(id, { occurredAt: '2026-11-27T10:00:05+01:00' }));
    expect([status, json]).toEqual([
      200,
      {
        outcome: 'accepted',
        event: expect.stringMatching(/^[0-9a-f]{64}$/),
        order: key,
        type: 'wms/picked',
        firstSeenAt: null,
      },
    ]);
    expect((await intake.dashboard.get(`/api/mailboxes/${key}`)).json.events).toMatchObject([
      { event: json.event, topic: 'wms/picked' },
    ]);
    await intake.drain(key);
    expect(await intake.externalOf(key)).toMatchObject({
      'wms/picked': { data: { boxes: 2, by: 'Jane' }, eventId: json.event, source: 'wms-berlin' },
    });
    expect((await intake.externalOf(key))['wms/picked']?.occurredAt).toBe(Date.UTC(2026, 10, 27, 9, 0, 5));
  });

  test('is shown masked, except for what its type declares public, in order, timeline, event and verify', async () => {
    const { id, key } = intake.newOrder();
    await intake.created(key);
    const { json } = await intake.send(picked(id));
    await intake.drain(key);
    const { dashboard } = intake;
    const shown = await dashboard.get(`/api/orders/${key}`);
    expect(shown.json.external).toMatchObject({ 'wms/picked': { data: { boxes: 2, by: '(masked)' } } });
    expect((await dashboard.get(`/api/orders/${key}`, 'operator')).text).not.toContain('Jane');
    const why = `/api/orders/${key}?reason=the+picker+asked`;
    expect((await dashboard.get(why, 'operator')).json.external).toMatchObject({
      'wms/picked': { data: { boxes: 2, by: 'Jane' } },
    });
    const { entries } = (await dashboard.get(`/api/orders/${key}/timeline?states=1`)).json as {
      entries: object[];
    };
    expect(entries.at(-1)).toMatchObject({
      event: json.event,
      topic: 'wms/picked',
      outcome: 'applied',
      changes: [{ field: 'external', before: null, after: expect.stringContaining('wms/picked') }],
    });
    const masked = (await dashboard.get(`/api/events/${String(json.event)}?payload=1`, 'operator')).json;
    expect([masked.masked, masked.payload]).toEqual([true, expect.not.stringContaining('Jane')]);
    const verified = await dashboard.get('/api/verify', 'operator');
    expect(verified.json).toMatchObject({ wrongState: 0, orders: expect.any(Number) });
    expect((await dashboard.get('/api/exports/orders?format=ndjson')).text).toContain('"wms/picked"');
  });

  test('the same key with the same content is a duplicate, before and after it was applied', async () => {
    const { id, key } = intake.newOrder();
    const name = randomUUID();
    const first = await intake.send(picked(id), { key: name });
    const { data } = picked(id);
    const other = { type: 'wms/picked', data: { by: data.by, boxes: data.boxes }, order: id, shop: SHOP };
    const second = await intake.send(other, { key: name });
    await intake.drain(key);
    const third = await intake.send(picked(id), { key: name, name: 'the next token' });
    for (const again of [second, third])
      expect([again.status, again.json]).toEqual([
        200,
        { ...first.json, outcome: 'duplicate', firstSeenAt: expect.stringMatching(/Z$/) },
      ]);
    await intake.drain(key);
    expect(await intake.timesApplied(key, 'wms/picked')).toBe(1);
    expect((await intake.externalOf(key))['wms/picked']?.source).toBe('wms-berlin');
  });

  test.each<[string, (id: string) => object]>([
    ['other data', (id) => picked(id, { data: { boxes: 3 } })],
    ['another order', () => picked('77')],
    ['another type of the same source', (id) => picked(id, { type: 'wms/packed' })],
    ['another time', (id) => picked(id, { occurredAt: '2026-11-27T10:00:00Z' })],
  ])('the same key with %s is a conflict, and stores nothing', async (_case, other) => {
    await intake.register('wms/packed', {});
    const { id, key } = intake.newOrder();
    const name = randomUUID();
    await intake.send(picked(id), { key: name });
    const { status, json } = await intake.send(other(id), { key: name });
    expect([status, json.code]).toEqual([409, 'conflict']);
    await intake.drain(key);
    expect(await intake.timesApplied(key, 'wms/picked')).toBe(1);
    expect(await intake.timesApplied(key, 'wms/packed')).toBe(0);
  });

  test('a key is its own in each shop, and for each source', async () => {
    const name = randomUUID();
    const [here, there] = [intake.newOrder(), intake.newOrder(OTHER)];
    const answers = [
      await intake.send(picked(here.id), { key: name }),
      await intake.send(picked(there.id), { key: name, shops: [OTHER] }),
      await intake.send({ order: here.id, type: 'erp/posted', data: {} }, { key: name }),
    ];
    expect(answers.map(({ json }) => json.outcome ?? json)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(new Set(answers.map(({ json }) => json.event)).size).toBe(3);
  });

  test('P3: sent twice at once, 50 times: each is applied once', async () => {
    const rounds = Array.from({ length: 50 }, () => ({ ...intake.newOrder(), name: randomUUID() }));
    for (const { id, name } of rounds) {
      const both = await Promise.all([1, 2].map(() => intake.send(picked(id), { key: name })));
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      expect(new Set(both.map(({ json }) => json.outcome))).toEqual(new Set(['accepted', 'duplicate']));
    }
    for (const { key } of rounds) {
      await intake.drain(key);
      expect(await intake.timesApplied(key, 'wms/picked')).toBe(1);
    }
  });

  test('P6: a key whose event was lost (all of Redis was deleted) stands for the same event when it comes again', async () => {
    const { id, key } = intake.newOrder();
    const name = randomUUID();
    const first = await intake.send(picked(id), { key: name });
    await intake.dashboard.redis.flushdb();
    await intake.drain(key);
    expect(await intake.timesApplied(key, 'wms/picked')).toBe(0);
    const again = await intake.send(picked(id), { key: name });
    expect(again.json).toEqual(first.json);
    await intake.drain(key);
    await intake.dashboard.redis.flushdb();
    expect((await intake.send(picked(id), { key: name })).json.outcome).toBe('duplicate');
    await intake.drain(key);
    expect(await intake.timesApplied(key, 'wms/picked')).toBe(1);
  });

  test('data that does not fit its schema is refused with the places, and stores nothing', async () => {
    const { id } = intake.newOrder();
    const name = randomUUID();
    const { status, json } = await intake.send(picked(id, { data: { boxes: 0, by: 'Jane' } }), { key: name });
    expect([status, json.code, json.errors]).toEqual([
      422,
      'data_invalid',
      [{ pointer: '#/data/boxes', detail: 'must be >= 1' }],
    ]);
    expect(JSON.stringify(json)).not.toContain('Jane');
    expect((await intake.send(picked(id), { key: name })).json.outcome).toBe('accepted');
  });

  test('an unknown type is refused with those that its source has', async () => {
    const { status, json } = await intake.send(picked('1', { type: 'wms/pickd' }));
    expect([status, json.code]).toEqual([422, 'type_unknown']);
    expect(json.detail).toMatch(/^wms\/pickd is not registered; its source has .*wms\/picked/);
  });

  test.each<[string, object, string]>([
    ['a time far in the future', { occurredAt: '2099-01-01T00:00:00Z' }, '#/occurredAt'],
    ['a time without a zone', { occurredAt: '2026-11-27T10:00:00' }, '#/occurredAt'],
    ['a time before 1970', { occurredAt: '1950-01-01T00:00:00Z' }, '#/occurredAt'],
    ['an order that is not an id', { order: '#1001' }, '#/order'],
    ["a topic of Shopify's", { type: 'orders/paid' }, '#/type'],
    ['a topic of ours', { type: 'lockstep/rebuilt' }, '#/type'],
    ['data that is a list', { data: [] }, '#/data'],
    ['an unknown field', { customer: 1 }, '#/customer'],
  ])('%s is a bad request', async (_case, change, pointer) => {
    const { status, json } = await intake.send(picked(intake.newOrder().id, change));
    expect([status, json.errors]).toEqual([400, [expect.objectContaining({ pointer })]]);
  });

  test('a token of several shops must name one; of another shop it can name none', async () => {
    const { id } = intake.newOrder();
    const shops = [SHOP, OTHER];
    expect((await intake.send(picked(id), { shops })).status).toBe(400);
    expect((await intake.send(picked(id, { shop: OTHER }), { shops })).status).toBe(200);
    expect((await intake.send(picked(id, { shop: OTHER }))).status).toBe(404);
  });

  test('a token of the role source cannot sign in', async () => {
    const { status, json } = await intake.dashboard.tell('/api/session', { token: await intake.token() });
    expect([status, json.detail]).toEqual([401, expect.stringContaining('cannot sign in')]);
  });

  test('a token of the role source cannot be minted without a shop', async () => {
    const asked = { name: 'wms', role: 'source', reason: 'a test' };
    expect((await intake.dashboard.post('/api/tokens', asked, 'admin')).status).toBe(400);
    const bound = await intake.dashboard.post('/api/tokens', { ...asked, shops: [SHOP] }, 'admin');
    expect([bound.status, bound.json.shops]).toEqual([200, [SHOP]]);
  });
});
