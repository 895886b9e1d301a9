import { afterEach, expect, test } from '@jest/globals';
import type { TroubleKind } from '../../testkit/fake-shopify/trouble.ts';
import { until } from '../support/until.ts';
import { ask, exchange, startWithShop, stopAll } from './asking.ts';

const QUERY = '{ orders(first: 3) { nodes { id test } pageInfo { hasNextPage } } }';

afterEach(stopAll);

test.each<[TroubleKind, number, string | undefined]>([
  ['too_many_requests', 429, '2.0'],
  ['unauthorized', 401, undefined],
  ['payment_required', 402, undefined],
  ['forbidden', 403, undefined],
  ['not_found', 404, undefined],
  ['locked', 423, undefined],
  ['internal_error', 500, undefined],
  ['bad_gateway', 502, undefined],
  ['unavailable', 503, '2.0'],
])('%s is answered with %s, as often as requested, and then no more', async (kind, status, retryAfter) => {
  const { shopify, shop } = await startWithShop();
  shop.troubles.add(kind, { times: 2 });
  const answers = [await ask(shopify, shop, QUERY), await ask(shopify, shop, QUERY)];
  expect(answers.map((answer) => answer.status)).toEqual([status, status]);
  expect(answers[0]?.headers['retry-after']).toBe(retryAfter);
  expect((await ask(shopify, shop, QUERY)).status).toBe(200);
});

test('an empty answer and one that is not JSON have status 200', async () => {
  const { shopify, shop } = await startWithShop();
  shop.troubles.add('empty');
  shop.troubles.add('not_json');
  const empty = await ask(shopify, shop, QUERY);
  const html = await ask(shopify, shop, QUERY);
  expect([empty.status, empty.text, html.status]).toEqual([200, '', 200]);
  expect(() => JSON.parse(html.text) as unknown).toThrow(SyntaxError);
});

test('an answer that is cut off ends before its length', async () => {
  const { shopify, shop } = await startWithShop();
  shop.troubles.add('cut_off');
  await expect(ask(shopify, shop, QUERY)).rejects.toThrow('aborted');
});

test('an error within an answer is as described', async () => {
  const { shopify, shop } = await startWithShop();
  await shop.sell(3);
  const told = async (kind: TroubleKind) => {
    shop.troubles.add(kind);
    return (await ask(shopify, shop, QUERY)).json;
  };
  expect(await told('null_data')).toMatchObject({ data: null, errors: [{ message: 'Internal error' }] });
  expect(await told('partial')).toMatchObject({
    data: { orders: { nodes: [{ test: false }, { test: false }, null] } },
    errors: [{ path: ['orders', 'nodes', 2] }],
  });
  expect(await told('wrong_types')).toMatchObject({
    data: { orders: { nodes: [{ id: expect.any(Number), test: 'false' }, {}, {}] } },
  });
  expect(await told('wrong_shape')).toMatchObject({ data: { orders: 'something' } });
  expect(await told('throttled')).toMatchObject({ errors: [{ extensions: { code: 'THROTTLED' } }] });
});

test('trouble at one place does not affect the others; calm ends it', async () => {
  const { shopify, shop } = await startWithShop();
  shop.troubles.add('unavailable', { at: 'tokens', times: Infinity });
  expect((await ask(shopify, shop, QUERY)).status).toBe(200);
  expect((await exchange(shopify, shop.sessionToken())).status).toBe(503);
  expect((await exchange(shopify, shop.sessionToken())).status).toBe(503);
  expect(shop.calls.exchanges).toBe(0);
  shop.troubles.calm();
  expect((await exchange(shopify, shop.sessionToken())).status).toBe(200);
});

test('a slow answer is correct, and overtaken by the next', async () => {
  const { shopify, shop } = await startWithShop();
  shop.troubles.add('slow', { ms: 300 });
  const ended: string[] = [];
  const slow = ask(shopify, shop, QUERY).then(({ json }) => {
    ended.push('slow');
    return json;
  });
  await until(() => shop.calls.queries === 1);
  await ask(shopify, shop, QUERY).then(() => ended.push('next'));
  expect((await slow).data).toBeDefined();
  expect(ended).toEqual(['next', 'slow']);
});
