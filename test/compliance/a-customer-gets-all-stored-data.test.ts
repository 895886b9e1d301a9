import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportOf } from '../../src/compliance/export.ts';
import { createRequestStore } from '../../src/persist/request-store.ts';
import { complianceRoutes } from '../../src/operate/api/compliance-routes.ts';
import { Outages } from '../../src/operate/status/outages.ts';
import { createStatusReader } from '../../src/operate/status/status-reader.ts';
import { ServedRoutes } from '../operate/served-routes.ts';
import { runOps } from '../ops/run-ops.ts';
import { ComplianceInside, SHOP } from './compliance-inside.ts';
import { ADA, BOB, fulfillmentBody, orderBody, redactBody, requestBody, tracesOf } from './persons.ts';

const DAY_MS = 86_400_000;

describe('customers/data_request', () => {
  let compliance: ComplianceInside;
  let served: ServedRoutes;
  let request: string;
  beforeAll(async () => {
    compliance = await ComplianceInside.open();
    const { collections } = compliance.inside;
    served = await ServedRoutes.start(
      complianceRoutes({
        requests: createRequestStore(collections),
        exported: (record, after) => exportOf(collections, record, after),
        now: () => compliance.nowMs,
      }),
    );
    await compliance.send('orders/create', orderBody(ADA, 1));
    await compliance.send('fulfillments/create', fulfillmentBody(ADA, 1));
    await compliance.send('orders/create', orderBody(ADA, 2));
    await compliance.send('orders/create', orderBody(BOB, 3));
    // An order of Ada that later becomes Bob's.
    await compliance.send('orders/create', orderBody(ADA, 4));
    await compliance.send('orders/updated', orderBody(BOB, 4, { updated_at: '2026-11-27T14:10:00Z' }));
    await compliance.send('orders/create', orderBody(ADA, 5, { updated_at: 'no time' }));
    await compliance.drain();
    await compliance.sendAndDrain('customers/data_request', requestBody(ADA, [1, 5], SHOP));
    request = (await compliance.records())[0]!._id;
  });
  afterAll(async () => {
    await served.stop();
    await compliance.close();
  });
  const exporting = (role = 'admin') =>
    served.post(`/compliance/${request}/export`, { reason: 'the merchant asked for it' }, role);

  test('is recorded without names, due in 30 days', async () => {
    const { json } = await served.get('/compliance', 'operator');
    expect(json).toMatchObject({
      requests: [
        { id: request, kind: 'customers/data_request', customer: String(ADA.id), orders: ['1', '5'] },
      ],
      more: false,
    });
    const [shown] = json.requests as { receivedAt: string; dueAt: string }[];
    expect(Date.parse(shown!.dueAt) - Date.parse(shown!.receivedAt)).toBe(30 * DAY_MS);
    expect(tracesOf(ADA, JSON.stringify(json))).toEqual([]);
    expect((await served.get(`/compliance/${request}`, 'operator')).json).toMatchObject({ state: 'asked' });
  });

  test.each(['viewer', 'operator'])('a %s may not export, and the attempt is audited', async (role) => {
    expect((await exporting(role)).status).toBe(403);
    expect(served.acts.at(-1)).toMatchObject({
      action: 'compliance.export',
      target: request,
      outcome: 'refused',
    });
    expect((await compliance.records())[0]?.state).toBe('asked');
  });

  test('is not exported without a reason', async () => {
    expect((await served.post(`/compliance/${request}/export`, {}, 'admin')).status).toBe(400);
  });

  test('the export has all stored data of the customer and none of anyone else; then the request is done', async () => {
    const { status, json } = await exporting();
    expect(status).toBe(200);
    const orders = json.orders as {
      order: string;
      kept: unknown;
      events: { topic: string; body: string }[];
    }[];
    expect(orders.map(({ order, events }) => [order, events.map(({ topic }) => topic)])).toEqual([
      [`${SHOP}/-`, ['customers/data_request']],
      [`${SHOP}/1`, ['orders/create', 'fulfillments/create']],
      [`${SHOP}/2`, ['orders/create']],
      [`${SHOP}/4`, ['orders/create']],
      [`${SHOP}/5`, ['orders/create']],
    ]);
    expect(orders[1]?.events[0]?.body).toBe(JSON.stringify(orderBody(ADA, 1)));
    expect(orders[1]?.kept).toMatchObject({ name: '#1', status: 'shipped' });
    expect(tracesOf(BOB, JSON.stringify(json))).toEqual([]);
    expect(json.next).toBeNull();
    expect(served.acts.at(-1)).toMatchObject({
      action: 'compliance.export',
      target: request,
      reason: 'the merchant asked for it',
      outcome: 'done',
      detail: 'exported 5 orders with 6 events; this was the last page',
    });
    expect(await compliance.records()).toMatchObject([{ state: 'done', exports: [{ who: 'ada' }] }]);
  });

  test('an order that was changed by hand says why its body is missing; its events have theirs', async () => {
    const { collection } = compliance.inside.collections.orders;
    const only = { _id: `${SHOP}/1` as never };
    const before = await collection.findOne(only);
    await collection.updateOne(only, { $set: { 'body.note': new Date() } });
    const { collections } = compliance.inside;
    const { orders } = await exportOf(collections, (await compliance.records())[0]!, null);
    const { kept, events } = orders.find(({ order }) => order === `${SHOP}/1`)!;
    expect(kept).toMatchObject({ bodyLeftOut: expect.stringContaining('order.body.note is a date') });
    expect(kept).not.toHaveProperty('body');
    expect(events.map(({ body }) => body)).toContain(JSON.stringify(orderBody(ADA, 1)));
    await collection.replaceOne(only, before!);
  });

  test('may be exported again; a redaction may not, and an unknown request is not found', async () => {
    expect((await exporting()).status).toBe(200);
    expect((await compliance.records())[0]?.exports).toHaveLength(2);
    compliance.later();
    await compliance.sendAndDrain('customers/redact', redactBody(BOB, [], SHOP));
    const wish = (await compliance.records())[1]!._id;
    const reason = { reason: 'by mistake' };
    expect((await served.post(`/compliance/${wish}/export`, reason, 'admin')).status).toBe(409);
    expect((await served.post(`/compliance/${'ab'.repeat(32)}/export`, reason, 'admin')).status).toBe(404);
    expect((await served.get(`/compliance/x`, 'operator')).status).toBe(400);
  });

  test('a large export comes in pages, with each order once', async () => {
    const { collections } = compliance.inside;
    const padded = { line_items: [{ id: 1, title: 'x'.repeat(1_500_000) }] };
    for (const id of [11, 12, 13, 14, 15]) await compliance.send('orders/create', orderBody(ADA, id, padded));
    await compliance.drain();
    const [record] = await compliance.records();
    const seen: string[] = [];
    let pages = 0;
    for (let after: string | null = null; ; pages += 1) {
      const page = await exportOf(collections, record!, after);
      seen.push(...page.orders.map(({ order }) => order));
      if (page.next === null) break;
      after = page.next;
    }
    expect(pages).toBeGreaterThan(0);
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen.filter((order) => /\/1\d$/.test(order))).toHaveLength(5);
  });

  test('is done after its last page, and a page can start only where another one ended', async () => {
    await compliance.sendAndDrain('customers/data_request', requestBody(ADA, [11], SHOP));
    const open = await compliance.inside.collections.compliance
      .find({ state: 'asked', kind: 'customers/data_request' })
      .lean();
    const id = open[0]?._id;
    const page = async (after?: string) =>
      await served.post(`/compliance/${id}/export`, { reason: 'asked for it', after }, 'admin');
    const state = async () => (await served.get(`/compliance/${id}`, 'operator')).json.state;
    const last = `${SHOP}/15`;
    for (const made of ['~', '', last, `${SHOP}/11`]) {
      const { status, json } = await page(made);
      expect([made, status, json.detail]).toEqual([made, 400, expect.stringMatching(/^after: unknown page/)]);
    }
    expect(await state()).toBe('asked');
    let next = (await page()).json.next as string | null;
    expect(next).not.toBeNull();
    while (next !== null) {
      expect(await state()).toBe('asked');
      const { status, json } = await page(next);
      expect(status).toBe(200);
      next = json.next as string | null;
    }
    expect(await state()).toBe('done');
  });

  test('the command line lists and shows requests, and exports only with --yes', async () => {
    const env = { LOCKSTEP_URL: served.url, LOCKSTEP_TOKEN: 'admin' };
    const listed = await runOps(['compliance', 'ls', '--done'], env);
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining(request) });
    expect((await runOps(['compliance', 'show', request], env)).stdout).toMatch(/state +done/);
    const before = (await compliance.records())[0]!.exports.length;
    const dry = await runOps(['compliance', 'export', request, '--reason', 'to see'], env);
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed') });
    expect((await compliance.records())[0]?.exports).toHaveLength(before);
    const done = await runOps(
      ['compliance', 'export', request, '--reason', 'to see', '--yes', '--json'],
      env,
    );
    expect(JSON.parse(done.stdout)).toMatchObject({ request, orders: expect.any(Array) });
    expect(tracesOf(ADA, done.stdout)).not.toEqual([]);
    expect((await compliance.records())[0]!.exports.length).toBeGreaterThan(before);
  });

  test('requests that are due within seven days or overdue are counted in the status', async () => {
    const { collections, redis, partitions, queues } = compliance.inside;
    const status = createStatusReader({
      redis,
      lockServers: [redis],
      mongo: collections.orders.db,
      collections,
      partitions,
      queues,
      workers: () => Promise.resolve(1),
      forged: () => Promise.resolve(0),
      locks: () => Promise.resolve(0),
      effects: () => Promise.reject(new Error('not asked')),
      outages: new Outages(Date.now),
      now: Date.now,
    });
    const due = async (inMs: number) => {
      await collections.compliance.updateMany(
        {},
        { $set: { state: 'asked', dueAt: new Date(Date.now() + inMs) } },
      );
      return (await status()).complianceDue;
    };
    expect(await due(8 * DAY_MS)).toBe(0);
    expect(await due(6 * DAY_MS)).toBe(3);
    expect(await due(-DAY_MS)).toBe(3);
    await collections.compliance.updateMany({}, { $set: { state: 'done' } });
    expect((await status()).complianceDue).toBe(0);
  });
});
