import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedIngest, SHOP } from './served-ingest.ts';

describe('the id of an order', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test.each([
    ['beyond 2^53, as a number', 'orders/paid', '{"id":820982911946154508}', '820982911946154508'],
    [
      'in the GraphQL id',
      'orders/paid',
      '{"admin_graphql_api_id":"gid://shopify/Order/820982911946154509","id":1}',
      '820982911946154509',
    ],
    [
      'of a part',
      'refunds/create',
      '{"id":890088186047892319,"order_id":820982911946154511}',
      '820982911946154511',
    ],
    ['of an edit', 'orders/edited', '{"order_edit":{"order_id":820982911946154513}}', '820982911946154513'],
    ['as a string', 'orders/paid', '{"id":"820982911946154517"}', '820982911946154517'],
    ['of the largest possible value', 'orders/paid', '{"id":9223372036854775807}', '9223372036854775807'],
    ['of 13 digits', 'orders/paid', '{"id":5820193456789}', '5820193456789'],
    ['next to numbers sent as strings', 'orders/paid', '{"id":31,"total_price":12.5,"number":"7"}', '31'],
    [
      'next to a GraphQL id of another type',
      'orders/paid',
      '{"id":32,"admin_graphql_api_id":"gid://shopify/Refund/9"}',
      '32',
    ],
    ['next to a GraphQL id that is a number', 'orders/paid', '{"id":33,"admin_graphql_api_id":9}', '33'],
  ])('an id %s is exact to the last digit', async (_case, topic, body, id) => {
    expect((await ingest.send(body, { topic })).json.outcome).toBe('accepted');
    expect(await ingest.redis.keys(`lockstep:{0}:mailbox:${SHOP}/${id}`)).toHaveLength(1);
  });

  test('ids that a double cannot tell apart are two orders', async () => {
    for (const id of ['820982911946154600', '820982911946154601']) {
      expect((await ingest.send(`{"id":${id}}`)).json.outcome).toBe('accepted');
      expect(await ingest.waitingIn(`${SHOP}/${id}`)).toBe(1);
    }
  });

  test.each([
    ['0', 'a number that is not a valid id'],
    ['-0', 'a number that is not a valid id'],
    ['-1', 'a number that is not a valid id'],
    ['-820982911946154508', 'a string that is not a valid id'],
    ['1.5', 'a number that is not a valid id'],
    ['1e400', 'a number that is not a valid id'],
    ['99999999999999999999', 'a string that is not a valid id'],
    ['"0"', 'a string that is not a valid id'],
    ['"-1"', 'a string that is not a valid id'],
    ['" 5"', 'a string that is not a valid id'],
    ['"05"', 'a string that is not a valid id'],
    ['"0x10"', 'a string that is not a valid id'],
    ['"5\\n"', 'a string that is not a valid id'],
    ['"5:{1}"', 'a string that is not a valid id'],
    ['"-"', 'a string that is not a valid id'],
    ['""', 'a string that is not a valid id'],
    ['null', 'null'],
    ['true', 'a boolean that is not a valid id'],
    ['[5]', 'a list'],
    ['{"$ne":null}', 'an object'],
  ])('%s is not a valid id: parked with the reason, apart from all orders (P7)', async (id, kind) => {
    const before = await ingest.waitingIn(`${SHOP}/-`);
    const { status, json } = await ingest.send(`{"id":${id}}`);
    const because = `orders/create has no order id: id is ${kind}`;
    expect({ status, json }).toMatchObject({ status: 200, json: { outcome: 'parked', because } });
    expect(await ingest.waitingIn(`${SHOP}/-`)).toBe(before + 1);
    expect(await ingest.sendGood()).toBe('200 accepted');
  });
});
