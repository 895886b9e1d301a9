import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { orderInFront, routeOf } from '../../src/order/routing.ts';
import { topicRow, TOPICS, type Topic } from '../../src/order/topics.ts';

const ALL = Object.keys(TOPICS) as Topic[];
const OPTIONAL = ALL.filter((topic) => topicRow(topic).optional);
const route = (topic: Topic, text: string) => routeOf(topic, Buffer.from(text));

/** A body with `id` at the path of its topic's order id. */
function naming(topic: Topic, id: string): string {
  return topicRow(topic).orderIdAt.reduceRight((inner, key) => `{"${key}":${inner}}`, id);
}

describe('where a body goes', () => {
  test.each(ALL)('%s goes to the order in its body', (topic) => {
    expect(route(topic, naming(topic, '820982911946154508'))).toEqual({
      to: 'order',
      orderId: '820982911946154508',
    });
    expect(route(topic, naming(topic, '"77"'))).toEqual({ to: 'order', orderId: '77' });
  });

  test.each([
    ['0', 'a number that is not a valid id'],
    ['-1', 'a number that is not a valid id'],
    ['1.5', 'a number that is not a valid id'],
    ['1e30', 'a number that is not a valid id'],
    ['"abc"', 'a string that is not a valid id'],
    ['""', 'a string that is not a valid id'],
    ['"0"', 'a string that is not a valid id'],
    ['12345678901234567890', 'a string that is not a valid id'],
    ['"12345678901234567890"', 'a string that is not a valid id'],
    ['true', 'a boolean that is not a valid id'],
    ['null', 'null'],
    ['{"id":4711}', 'an object'],
    ['[4711]', 'a list'],
  ])('an order id of %s goes nowhere: it is %s', (id, kind) => {
    expect(route('orders/paid', `{"id":${id}}`)).toEqual({
      to: 'nowhere',
      because: `orders/paid has no order id: id is ${kind}`,
    });
  });

  test.each(['{}', '[]', 'null', '1', '"text"', '{"order":{"id":1}}', '{"__proto__":{"id":1}}'])(
    '%s has no order id at all',
    (text) => {
      const because = 'orders/paid has no order id: id is missing';
      expect(route('orders/paid', text)).toEqual({ to: 'nowhere', because });
    },
  );

  test('invalid JSON goes nowhere, with a reason', () => {
    expect(route('orders/paid', '{')).toEqual({ to: 'nowhere', because: 'the body is not JSON' });
  });

  test('the reason never repeats the value', () => {
    for (const id of ['"Ada Example"', '["Ada Example"]', '{"Ada Example":1}', '-5550100'])
      expect(JSON.stringify(route('orders/paid', `{"id":${id}}`))).not.toMatch(/Ada|5550100/);
  });
});

describe('the order in the first bytes of a body', () => {
  const inFront = (topic: Topic, text: string) => orderInFront(topic, Buffer.from(text));

  test.each([
    ['orders/paid', '{"id":820982911946154508,"name":"#1"}', '820982911946154508'],
    ['orders/delete', '{"id":77}', '77'],
    [
      'refunds/create',
      '{"id":890088186047892319,"order_id":820982911946154511,"note":null}',
      '820982911946154511',
    ],
    ['orders/paid', ' {"id":77}', null],
    ['orders/paid', '{ "id":77}', null],
    ['orders/paid', '{"name":"#1","id":77}', null],
    ['orders/paid', '{"id":"77"}', null],
    ['orders/paid', '{"id":0,"a":1}', null],
    ['orders/paid', '{"id":077,"a":1}', null],
    ['orders/paid', '{"id":-77}', null],
    ['orders/paid', '{"id":77.5}', null],
    ['orders/paid', '{"id":77e3}', null],
    ['orders/paid', '{"id":12345678901234567890}', null],
    ['orders/paid', '{"id":77', null],
    ['refunds/create', '{"id":5,"note":"","order_id":77}', null],
    ['refunds/create', '{"id":5,"order_id":null}', null],
    ['orders/edited', '{"order_edit":{"id":5,"order_id":77}}', null],
    ['orders/paid', '', null],
  ] as [Topic, string, string | null][])('%s %s: %s', (topic, text, order) => {
    expect(inFront(topic, text)).toBe(order);
  });

  test('is the one that the whole body names', () => {
    const id = fc.bigInt({ min: 1n, max: 9_999_999_999_999_999_999n }).map(String);
    const topics = fc.constantFrom(...ALL);
    fc.assert(
      fc.property(topics, id, id, fc.json(), (topic, one, other, more) => {
        const text = `{"id":${one},"order_id":${other},"more":${more}}`;
        const found = inFront(topic, text);
        expect(found === null || isDeepStrictEqual(route(topic, text), { to: 'order', orderId: found })).toBe(
          true,
        );
      }),
    );
  });
});

describe('the GraphQL id', () => {
  test('takes precedence over the number', () => {
    const body = '{"id":1,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508"}';
    expect(route('orders/paid', body)).toEqual({ to: 'order', orderId: '820982911946154508' });
  });

  test.each([
    '"gid://shopify/Order/0"',
    '"gid://shopify/Order/12345678901234567890"',
    '"gid://shopify/Refund/2"',
    '"xgid://shopify/Order/2"',
    '"gid://shopify/Order/2?x=1"',
    '["gid://shopify/Order/2"]',
    '{"toString":1,"valueOf":1}',
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    '2',
    'null',
  ])('that is invalid is ignored, and the number counts', (gid) => {
    expect(route('orders/paid', `{"id":1,"admin_graphql_api_id":${gid}}`)).toEqual({
      to: 'order',
      orderId: '1',
    });
  });
});

describe('topics that may arrive without an order', () => {
  test.each(ALL.filter((topic) => !['snapshot', 'delete'].includes(topicRow(topic).brings)))(
    'O5: %s goes elsewhere if its body says that it has no order',
    (topic) => expect(route(topic, naming(topic, 'null'))).toEqual({ to: 'elsewhere' }),
  );

  test('are the returns, the drafts and the assessments', () => {
    expect([...new Set(OPTIONAL.map((topic) => topicRow(topic).brings))].toSorted()).toEqual([
      'assessments',
      'drafts',
      'returns',
    ]);
  });

  test.each(OPTIONAL)('%s goes elsewhere without an id, and nowhere with an invalid one', (topic) => {
    expect(route(topic, '{}')).toEqual({ to: 'elsewhere' });
    expect(route(topic, naming(topic, 'null'))).toEqual({ to: 'elsewhere' });
    expect(route(topic, naming(topic, '0'))).toMatchObject({ to: 'nowhere' });
  });

  test.each(OPTIONAL)('%s goes nowhere if the body is not an object', (topic) => {
    for (const body of ['[]', 'null', '7']) expect(route(topic, body)).toMatchObject({ to: 'nowhere' });
  });
});
