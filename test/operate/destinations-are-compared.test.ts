import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mintToken } from '../../src/system/tokens.ts';
import type { ComparedPart } from '../../src/operate/shapes/comparisons.ts';
import { http } from '../support/http.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';
import { storedEffect, storeEffects, TOKEN_KEYS } from './stored-effects.ts';

const SHOP = 'example.myshopify.com';
const REASON = 'the ERP lost orders';
const key = (number: number) => `${SHOP}/${String(number).padStart(8, '0')}`;
const held = (number: number, version = 1) => ({ key: key(number), version });

describe('a destination is compared with what was sent to it', () => {
  let dashboard: ServedDashboard;
  let other: Server;
  /** What the other side answers to GET, by its cursor. */
  let pages: (cursor: string | null) => unknown;
  let asked: { cursor: string | null; signature: string | undefined }[] = [];
  let effects = 0;

  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
    other = createServer((request, response) => {
      const cursor = new URL(request.url ?? '', 'http://x').searchParams.get('cursor');
      asked.push({ cursor, signature: request.headers['webhook-signature'] as string | undefined });
      const answer = pages(cursor);
      if (typeof answer === 'number') return void response.writeHead(answer).end();
      response.writeHead(200, { 'content-type': 'application/json' });
      if (typeof answer === 'function') (answer as (to: typeof response) => void)(response);
      else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
  });
  afterAll(async () => {
    await dashboard.stop();
    other.closeAllConnections();
    other.close();
  });
  beforeEach(async () => {
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const readBack = { kind: 'http', url: `${url}orders` };
    const fields = { url, readBack, allowPrivate: true, timeoutMs: 5000, reason: REASON };
    expect((await ask('PUT', '/destinations/erp', fields)).status).toBe(200);
    await dashboard.collections.destinations.updateOne({ _id: 'erp' }, { createdAt: new Date(0) });
  });
  afterEach(async () => {
    asked = [];
    await dashboard.collections.effects.deleteMany({});
    await dashboard.collections.orders.collection.deleteMany({});
  });

  const ask = async (method: string, place: string, body: object) => {
    const token = await mintToken(JWT_SECRET, { name: 'test', role: 'admin' }, 1);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return await http(`${dashboard.url}/api${place}`, { method, headers, body: JSON.stringify(body) });
  };
  const compare = async (body: object = {}) => await ask('POST', '/destinations/erp/compare', body);
  const part = async (body: object = {}) => {
    const { status, json } = await compare(body);
    expect({ status, json }).toMatchObject({ status: 200 });
    return json as ComparedPart;
  };
  /** Effects of orders, by number: their versions that are done, or an open one. */
  const sent = async (of: Record<number, (number | 'open' | 'skipped')[]>) => {
    const documents = Object.entries(of).flatMap(([number, versions]) =>
      versions.map((version, i) => {
        const state =
          typeof version === 'number'
            ? ('done' as const)
            : version === 'open'
              ? ('waiting' as const)
              : ('skipped' as const);
        const ended = typeof version === 'number' ? version : i + 1;
        return storedEffect((effects += 1), { order: key(Number(number)), version: ended, state });
      }),
    );
    await storeEffects(dashboard.collections, documents);
  };
  const exists = async (number: number, version = 1) => {
    const events = Array.from({ length: 2 }, (_, sequence) => ({ sequence }));
    const statuses = { status: 'paid', financialStatus: 'paid', fulfillmentStatus: null };
    const order = {
      _id: key(number) as never,
      shop: SHOP,
      version,
      ...statuses,
      committed: { version, events },
    };
    await dashboard.collections.orders.collection.insertOne(order);
  };
  const differences = ({ differences: all }: ComparedPart) =>
    all.map(({ order, found, expected, held: has }) => [Number(order.slice(-8)), found, expected, has]);

  test('what is missing, older or unknown is named; what is on its way is not', async () => {
    await sent({ 1: [1], 2: [1, 2, 3], 3: [1, 2], 4: [1, 'open'], 5: ['skipped'], 6: [1] });
    await exists(7);
    pages = () => ({ orders: [held(2, 2), held(3, 2), held(7, 1), held(8, 4)], next: null });
    const compared = await part();
    expect(differences(compared)).toEqual([
      [1, 'missing', 1, null],
      [2, 'older', 3, 2],
      [6, 'missing', 1, null],
      [8, 'unknown', null, 4],
    ]);
    expect(compared).toMatchObject({ compared: 8, onItsWay: 1, unchecked: 1, next: null });
    expect(asked).toEqual([{ cursor: null, signature: expect.stringMatching(/^v1,/) }]);
  });

  test('an order of an earlier destination of the name is not missing', async () => {
    await sent({ 1: [1] });
    await dashboard.collections.destinations.updateOne({ _id: 'erp' }, { createdAt: new Date() });
    pages = () => ({ orders: [], next: null });
    expect(await part()).toMatchObject({ compared: 0, differences: [] });
  });

  test('many pages: differences come in parts, and each part continues where the one before ended', async () => {
    await sent(Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [i, [2]])));
    const all = Array.from({ length: 2500 }, (_, i) => held(i, i % 2 === 0 ? 2 : 1));
    pages = (cursor) => {
      const begin = Number(cursor ?? 0);
      return { orders: all.slice(begin, begin + 400), next: begin + 400 < 2500 ? String(begin + 400) : null };
    };
    const first = await part();
    expect(first.differences).toHaveLength(1000);
    // The comparer dies here; another one repeats the part, or continues.
    expect(await part()).toEqual(first);
    asked = [];
    const second = await part({ next: first.next });
    expect(asked[0]?.cursor).toBe('1600');
    expect(second).toMatchObject({ next: null, differences: { length: 250 } });
    const orders = [...first.differences, ...second.differences].map(({ order }) => order);
    expect(orders).toEqual(all.filter(({ version }) => version === 1).map((each) => each.key));
    expect(first.compared + second.compared).toBe(2500);
  });

  test.each<[string, (cursor: string | null) => unknown, string]>([
    ['a page that names itself', () => ({ orders: [], next: 'x' }), 'names itself'],
    [
      'pages in a circle',
      (cursor) => ({ orders: [held(1)], next: cursor === 'a' ? 'b' : 'a' }),
      'not sorted',
    ],
    [
      'endless pages without orders',
      (cursor) => ({ orders: [], next: `${cursor ?? ''}x` }),
      'have no orders',
    ],
    ['orders that are not sorted', () => ({ orders: [held(2), held(1)], next: null }), 'not sorted by key'],
    ['an order twice', () => ({ orders: [held(1), held(1)], next: null }), 'appears twice'],
    ['a version as text', () => ({ orders: [{ key: 'x', version: '1' }], next: null }), '`version`'],
    ['no key', () => ({ orders: [null], next: null }), '`key`'],
    ['not JSON', () => '<html>canary', 'not JSON'],
    ['a cursor that is not text', () => ({ orders: [], next: 7 }), '`next`'],
    ['an error', () => 500, 'it answered 500'],
    ['a redirect', () => 302, 'it answered 302'],
  ])('%s: the comparison ends, and says why', async (_, answer, because) => {
    pages = answer;
    const { status, json } = await compare();
    expect(status).toBe(409);
    expect(json).toMatchObject({ detail: expect.stringContaining(because) });
    expect(JSON.stringify(json)).not.toContain('canary');
  });

  test('an answer of 100 MB is not read to its end', async () => {
    let written = 0;
    pages =
      () =>
      (response: {
        write: (chunk: Buffer) => boolean;
        once: (name: string, act: () => void) => void;
        destroyed: boolean;
        end: () => void;
      }) => {
        const chunk = Buffer.alloc(64 * 1024, ' ');
        const more = () => {
          while (!response.destroyed && written < 100_000_000) {
            written += chunk.length;
            if (!response.write(chunk)) return response.once('drain', more);
          }
          response.end();
        };
        more();
      };
    const { status, json } = await compare();
    expect(status).toBe(409);
    expect(json).toMatchObject({ detail: expect.stringContaining('larger than 5242880 bytes') });
    expect(written).toBeLessThan(50_000_000);
  });

  test('without a read-back, it says so; the orders of a file need none', async () => {
    const url = 'https://erp.example.com/';
    expect((await ask('PUT', '/destinations/erp', { url, reason: REASON })).status).toBe(200);
    expect(await compare()).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('readBack') },
    });
    await sent({ 1: [1], 2: [2], 3: [1], 5: [1] });
    const first = await part({ held: { orders: [held(1), held(2)], isLast: false } });
    expect(differences(first)).toEqual([[2, 'older', 2, 1]]);
    const last = await part({ held: { orders: [held(4)], after: key(2) } });
    expect(differences(last)).toEqual([
      [3, 'missing', 1, null],
      [4, 'unknown', null, 1],
      [5, 'missing', 1, null],
    ]);
    const early = { orders: [], at: '2020-01-01T00:00:00Z' };
    expect(await part({ held: early })).toMatchObject({ onItsWay: 4, differences: [] });
  });

  test('a query is only for PostgreSQL', async () => {
    const readBack = { kind: 'sql', query: 'select 1' };
    const body = { url: 'https://erp.example.com/', readBack, reason: REASON };
    expect(await ask('PUT', '/destinations/crm', body)).toMatchObject({ status: 400 });
  });

  test('a repair sends the newest state once, behind what its lane has, and not what is on its way', async () => {
    await sent({ 1: [1, 3], 2: [1, 'open'] });
    await Promise.all([exists(1, 3), exists(2, 2)]);
    const orders = [key(1), key(2), key(9)];
    const repair = (more: object = {}) =>
      ask('POST', '/destinations/erp/repair', { orders, reason: REASON, ...more });
    expect(await repair({ dryRun: true })).toMatchObject({
      status: 200,
      json: { effects: 1, onItsWay: 1, unknown: 1 },
    });
    const stored = () => dashboard.collections.effects.find({ topic: 'lockstep/repaired' }).lean();
    expect(await stored()).toEqual([]);
    expect((await repair()).json).toMatchObject({ effects: 1, onItsWay: 1, already: 0, unknown: 1 });
    expect((await repair()).json).toMatchObject({ effects: 0, onItsWay: 2 });
    expect(await stored()).toMatchObject([
      {
        order: key(1),
        version: 3,
        index: 1,
        sequence: null,
        state: 'waiting',
        open: true,
        after: { status: 'paid' },
      },
    ]);
    await dashboard.collections.effects.updateOne(
      { topic: 'lockstep/repaired' },
      { $set: { state: 'done' }, $unset: { open: 1 } },
    );
    expect((await repair()).json).toMatchObject({ effects: 0, onItsWay: 1, already: 1 });
    expect(await stored()).toHaveLength(1);
  });

  test('an order of a shop that the destination does not get is not sent', async () => {
    const fields = { url: 'https://erp.example.com/', shops: ['other.myshopify.com'], reason: REASON };
    await ask('PUT', '/destinations/erp', fields);
    await exists(1);
    const { json } = await ask('POST', '/destinations/erp/repair', { orders: [key(1)], reason: REASON });
    expect(json).toMatchObject({ effects: 0, unknown: 1 });
  });
});
