import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedIngest, SHOP } from './served-ingest.ts';

const LEVELS = 100_000;
const nested = `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`;
const nestedObjects = `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`;
/** Both under 5 MiB. */
const aMillionEqualKeys = `{"id":41${',"":0'.repeat(1_000_000)}}`;
const differentKeys = `{"id":42,${Array.from({ length: 300_000 }, (_, i) => `"k${i}":0`).join(',')}}`;
const GID = 'admin_graphql_api_id';

describe('malicious signed bodies', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test.each<[string, Buffer | string, string]>([
    ['invalid JSON', '{"id":"1",{}', 'the body is not JSON'],
    ['bad UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), 'the body is not UTF-8'],
    ['an id behind __proto__', '{"__proto__":{"id":5}}', 'orders/create has no order id: id is missing'],
    [
      'an id behind constructor',
      '{"constructor":{"prototype":{"id":5}}}',
      'orders/create has no order id: id is missing',
    ],
    ['100,000 nested objects', nestedObjects, 'orders/create has no order id: id is missing'],
  ])('%s: parked with a reason, and the next webhook is accepted', async (_case, body, because) => {
    const { status, json } = await ingest.send(body);
    expect({ status, json }).toMatchObject({ status: 200, json: { outcome: 'parked', because } });
    expect(await ingest.sendGood()).toBe('200 accepted');
  });

  test.each([
    ['__proto__ beside its id', '{"id":30,"__proto__":{"polluted":1,"id":99}}', 30],
    ['constructor beside its id', '{"id":31,"constructor":{"prototype":{"polluted":1}}}', 31],
    ['__proto__ read exactly', '{"id":32,"x":1234567890123456789,"__proto__":{"polluted":1}}', 32],
    ['operators as keys', '{"id":33,"$where":"sleep(9)","$ne":null,"$set":{"a":1}}', 33],
    ['dotted keys', '{"id":34,"a.b":1,"id.x":99,"":{".":"."}}', 34],
    ['a key with a NUL', '{"id":35,"a\\u0000b":1}', 35],
    ['a duplicate id: the last one counts', '{"id":"99","id":36}', 36],
    ['100,000 levels in a note', `{"id":37,"note":${nested}}`, 37],
    [
      '100,000 levels beside a number that is read exactly',
      `{"id":38,"x":1234567890123456789,"a":${nested}}`,
      38,
    ],
    ['a million keys', aMillionEqualKeys, 41],
    ['300,000 different keys', differentKeys, 42],
  ])('%s: accepted for its order, without side effects', async (_case, body, id) => {
    expect((await ingest.send(body)).json).toMatchObject({ outcome: 'accepted' });
    expect(await ingest.waitingIn(`${SHOP}/${id}`)).toBe(1);
    expect(await ingest.waitingIn(`${SHOP}/99`)).toBe(0);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(await ingest.sendGood()).toBe('200 accepted');
  });

  test.each([
    ['a list of 100,000 levels', `{"id":50,"${GID}":${nested}}`, 50],
    ['an object whose toString is not a function', `{"id":51,"${GID}":{"toString":1,"valueOf":1}}`, 51],
  ])('a GraphQL id that is %s: the numeric id counts', async (_case, body, id) => {
    const { status, json } = await ingest.send(body);
    expect({ status, json }).toMatchObject({ status: 200, json: { outcome: 'accepted' } });
    expect(await ingest.waitingIn(`${SHOP}/${id}`)).toBe(1);
  });
});
