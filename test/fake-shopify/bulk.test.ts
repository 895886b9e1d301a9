import { afterEach, describe, expect, test } from '@jest/globals';
import { http } from '../support/http.ts';
import { until } from '../support/until.ts';
import { ask, startWithShop, stopAll } from './asking.ts';

const RUN = `mutation Run($query: String!) {
  bulkOperationRunQuery(query: $query) { bulkOperation { id status } userErrors { field message } }
}`;
const STATE = `query State($id: ID!) {
  node(id: $id) { ... on BulkOperation { id status errorCode objectCount rootObjectCount url } }
}`;
const LINES =
  '{ orders { edges { node { id updatedAt lineItems { edges { node { id sku } } } refunds { id } } } } }';

interface State {
  id: string;
  status: string;
  errorCode: string | null;
  objectCount: string;
  rootObjectCount: string;
  url: string | null;
}
type Both = Awaited<ReturnType<typeof startWithShop>>;

interface Started {
  bulkOperation: { id: string; status: string } | null;
  userErrors: { message: string }[];
}

async function run({ shopify, shop }: Both, query = LINES): Promise<Started> {
  const { json } = await ask(shopify, shop, RUN, { query });
  return (json.data as { bulkOperationRunQuery: Started }).bulkOperationRunQuery;
}

async function stateOf({ shopify, shop }: Both, id: string | undefined): Promise<State> {
  const { json } = await ask(shopify, shop, STATE, { id });
  return (json.data as { node: State }).node;
}

async function ended(both: Both, query?: string): Promise<State> {
  const { bulkOperation } = await run(both, query);
  expect(bulkOperation?.status).toBe('CREATED');
  const seen = new Set<string>();
  await until(async () => {
    const { status } = await stateOf(both, bulkOperation?.id);
    seen.add(status);
    return !['CREATED', 'RUNNING'].includes(status);
  });
  return stateOf(both, bulkOperation?.id);
}

afterEach(stopAll);

describe('a bulk operation', () => {
  test('ends with a file: an order per line, its line items below it with its id', async () => {
    const both = await startWithShop();
    const orders = await both.shop.sell(4);
    const { status, url, objectCount, rootObjectCount } = await ended(both);
    const { status: found, text } = await http(String(url));
    expect(found).toBe(200);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const roots = lines.filter((line) => !('__parentId' in line));
    expect({ status, objectCount, rootObjectCount }).toEqual({
      status: 'COMPLETED',
      objectCount: String(lines.length),
      rootObjectCount: '4',
    });
    expect(roots.map(({ id }) => id)).toEqual(orders.map(({ gid }) => gid));
    expect(Object.keys(roots[0] ?? {})).toEqual(['id', 'updatedAt', 'refunds']);
    for (const order of orders) {
      const children = lines.filter((line) => line.__parentId === order.gid);
      const skus = (order.rest().line_items as { sku: string }[]).map(({ sku }) => sku);
      expect(children.map(({ sku }) => sku)).toEqual(skus);
    }
  });

  test('that finds nothing has no file', async () => {
    const state = await ended(await startWithShop());
    expect(state).toMatchObject({ status: 'COMPLETED', url: null, objectCount: '0' });
  });

  test('may fail', async () => {
    const both = await startWithShop();
    both.shop.bulk.willEnd('FAILED');
    expect(await ended(both)).toMatchObject({
      status: 'FAILED',
      errorCode: 'INTERNAL_SERVER_ERROR',
      url: null,
    });
  });

  test.each([
    ['unknown fields', 'colour', 'colour'],
    ['a connection in a list', 'fulfillments { fulfillmentLineItems { nodes { id } } }', 'within a list'],
    ['nested connections, but not the id of their parents', 'lineItems { nodes { id } }', "'id' field"],
  ])('that requests %s does not begin', async (_what, fields, problem) => {
    const both = await startWithShop();
    await both.shop.sell(1);
    const { bulkOperation, userErrors } = await run(both, `{ orders { edges { node { ${fields} } } } }`);
    expect(bulkOperation).toBeNull();
    expect(userErrors[0]?.message).toContain(problem);
  });

  test('can be cancelled; a sixth concurrent one does not begin', async () => {
    const both = await startWithShop({ timeScale: 1 });
    const begun = await Promise.all(Array.from({ length: 5 }, () => run(both)));
    expect((await run(both)).bulkOperation).toBeNull();
    const id = begun[0]?.bulkOperation?.id;
    const cancel = 'mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } } }';
    const { json } = await ask(both.shopify, both.shop, cancel, { id });
    expect(json.data).toEqual({ bulkOperationCancel: { bulkOperation: { status: 'CANCELED' } } });
    expect((await run(both)).bulkOperation).not.toBeNull();
  });
});

describe('its file', () => {
  test('is gone after its time', async () => {
    const both = await startWithShop();
    await both.shop.sell(1);
    const { url } = await ended(both);
    both.shop.bulk.expireFiles();
    expect((await http(String(url))).status).toBe(400);
  });

  test('may be cut off, and is complete the next time', async () => {
    const both = await startWithShop();
    await both.shop.sell(2);
    const { url } = await ended(both);
    both.shop.troubles.add('cut_off', { at: 'downloads' });
    await expect(http(String(url))).rejects.toThrow('aborted');
    expect((await http(String(url))).text.endsWith('}\n')).toBe(true);
    expect(both.shop.calls.downloads).toBe(2);
  });
});
