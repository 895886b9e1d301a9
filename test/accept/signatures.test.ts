import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PREVIOUS_SECRET, ServedIngest, signatureOf } from './served-ingest.ts';

const BODY = '{"id":1}';
const GOOD = signatureOf(BODY);
const FORGED = { outcome: 'forged' };

describe('P1: nothing without a valid signature reaches Redis', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test.each<[string, string | string[] | undefined]>([
    ['missing', undefined],
    ['empty', ''],
    ['blank', '    '],
    ['made with another secret', signatureOf(BODY, 'another')],
    ['made for another body', signatureOf('{"id":2}')],
    ['one character short', GOOD.slice(0, 43)],
    ['one character long', `${GOOD}A`],
    ['44 characters that are not base64', '*'.repeat(44)],
    ['in base64url', `${'-_'.repeat(21)}A=`],
    ['in hex', Buffer.from(GOOD, 'base64').toString('hex')],
    ['correct, but sent twice', [GOOD, GOOD]],
    ['correct, after a wrong one', [signatureOf('x'), GOOD]],
    ['8 kB long', 'A'.repeat(8192)],
  ])('a signature that is %s is answered 401, and the database stays empty', async (_case, signature) => {
    const { status, json } = await ingest.send(BODY, { headers: { 'x-shopify-hmac-sha256': signature } });
    expect({ status, json }).toEqual({ status: 401, json: FORGED });
    expect(await ingest.redis.dbsize()).toBe(0);
  });

  test('the signature is checked before everything else', async () => {
    const headers = { 'x-shopify-topic': undefined, 'x-shopify-shop-domain': undefined };
    const { status } = await ingest.send('not JSON', { secret: 'another', headers });
    expect(status).toBe(401);
    expect(await ingest.redis.dbsize()).toBe(0);
  });

  test('a compressed body is not what Shopify signed', async () => {
    const { status, json } = await ingest.send(BODY, { headers: { 'content-encoding': 'gzip' } });
    expect({ status, json }).toEqual({ status: 401, json: FORGED });
    expect(await ingest.redis.dbsize()).toBe(0);
  });

  test('the previous secret is still valid, and a good webhook is accepted after all these', async () => {
    expect((await ingest.send(BODY, { secret: PREVIOUS_SECRET })).json.outcome).toBe('accepted');
    expect(await ingest.sendGood()).toBe('200 accepted');
    expect(await ingest.redis.dbsize()).toBeGreaterThan(0);
  });
});
