import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { exportOf } from '../../src/compliance/export.ts';
import { createRequestStore } from '../../src/persist/request-store.ts';
import { ComplianceInside, SHOP } from './compliance-inside.ts';
import { ADA, BOB, fulfillmentBody, orderBody, redactBody, requestBody } from './persons.ts';

const READS = ['find', 'aggregate', 'count', 'distinct', 'findAndModify', 'update', 'delete'];
const INDEXED = /^(IXSCAN|IDHACK|EXPRESS\w*|COUNT_SCAN|DISTINCT_SCAN)$/;

describe('no redaction, export or check scans a whole collection', () => {
  let compliance: ComplianceInside;
  const sent: mongo.Document[] = [];
  beforeAll(async () => {
    compliance = await ComplianceInside.open();
    for (let id = 1; id <= 40; id += 1)
      await compliance.send('orders/create', orderBody(id % 2 ? ADA : BOB, id));
    for (let id = 41; id <= 60; id += 1)
      await compliance.send('orders/create', orderBody(BOB, id, { updated_at: 'no time' }));
    await compliance.drain();
    compliance.inside.client.on('commandStarted', ({ commandName, command }) => {
      if (READS.includes(commandName)) sent.push(command);
    });
  });
  afterAll(() => compliance.close());

  /** Each read that was sent, and the stages of its plan. */
  async function plans(): Promise<{ read: string; stages: string[] }[]> {
    const { db } = compliance.inside.collections.events.db;
    const explained = sent.splice(0).flatMap(single);
    const answers = await Promise.all(
      explained.map((explain) => db!.command({ explain, verbosity: 'queryPlanner' })),
    );
    return answers.map((answer, i) => {
      const text = JSON.stringify(answer, (name, value: unknown) => (name === 'rejectedPlans' ? [] : value));
      const stages = [...text.matchAll(/"stage":"(\w+)"/g)].map(([, stage]) => stage ?? '');
      return { read: JSON.stringify(explained[i]), stages };
    });
  }
  const unindexed = (all: { stages: string[] }[]) =>
    all.filter(({ stages }) => stages.includes('COLLSCAN') || !stages.some((stage) => INDEXED.test(stage)));

  test('a customer: request, complete redaction, late events', async () => {
    sent.length = 0;
    await compliance.sendAndDrain('customers/redact', redactBody(ADA, [1, 3], SHOP));
    await compliance.redact();
    await compliance.sendAndDrain('fulfillments/create', fulfillmentBody(ADA, 5));
    await compliance.sendAndDrain('orders/create', orderBody(ADA, 99));
    const all = await plans();
    expect(all.length).toBeGreaterThanOrEqual(20);
    expect(unindexed(all)).toEqual([]);
  });

  test('a data request, its export, and lists', async () => {
    sent.length = 0;
    await compliance.sendAndDrain('customers/data_request', requestBody(BOB, [2], SHOP));
    const { collections } = compliance.inside;
    const requests = createRequestStore(collections);
    const [record] = await requests.list(['asked', 'working'], null, 10);
    await exportOf(collections, record!, null);
    await requests.handedOver(record!._id, 'ada', new Date(), null);
    await requests.list(['done'], null, 10);
    const all = await plans();
    expect(all.length).toBeGreaterThanOrEqual(10);
    expect(unindexed(all)).toEqual([]);
  });

  test('a shop: uninstall, complete redaction', async () => {
    await compliance.shops.installed(SHOP, [], new Date(compliance.nowMs));
    compliance.later();
    sent.length = 0;
    await compliance.sendAndDrain('app/uninstalled', { id: 1, myshopify_domain: SHOP });
    compliance.later();
    await compliance.sendAndDrain('app/scopes_update', { previous: [], current: ['a'] });
    await compliance.sendAndDrain('shop/redact', { shop_id: 1, shop_domain: SHOP });
    await compliance.redact();
    await compliance.sendAndDrain('fulfillments/create', fulfillmentBody(BOB, 2));
    const all = await plans();
    expect(all.length).toBeGreaterThanOrEqual(20);
    expect(unindexed(all)).toEqual([]);
  });
});

/** The command as `explain` accepts it: without the session, and one update at a time. */
function single(command: mongo.Document): mongo.Document[] {
  const { lsid: _, $db: __, $clusterTime: ___, ...rest } = command;
  const { updates } = rest as { updates?: mongo.Document[] };
  return updates ? updates.map((update) => ({ ...rest, updates: [update] })) : [rest];
}
