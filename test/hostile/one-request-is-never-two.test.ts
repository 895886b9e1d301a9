import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedIngest, SHOP, signatureOf } from '../accept/served-ingest.ts';
import { exchange, statusesOf } from './raw.ts';

/**
 * Request smuggling: a proxy and ingest must not disagree about where a request ends; otherwise one executes
 * what the other takes for a body. Every attack here contains a second webhook in its bytes, with a valid
 * signature.
 */
const CRLF = '\r\n';
let orders = 100;

/** A signed webhook for an order, as bytes; the attack is in its framing. */
function webhook(id: number, framing: string, body = `{"id":${id}}`, sent = body): string {
  const signature = `x-shopify-hmac-sha256: ${signatureOf(Buffer.from(body, 'latin1'))}`;
  const lines = [`POST /webhooks HTTP/1.1`, 'host: x', 'x-shopify-topic: orders/create', signature];
  return [...lines, `x-shopify-shop-domain: ${SHOP}`, framing, '', sent].join(CRLF);
}

const plain = (id: number) => webhook(id, `content-length: ${`{"id":${id}}`.length}${CRLF}connection: close`);
const inChunks = (body: string, size = body.length.toString(16)) => [size, body, '0', '', ''].join(CRLF);

let ingest: ServedIngest;
const waiting = async (id: number) => await ingest.waitingIn(`${SHOP}/${id}`);
function twoOrders(): [number, number] {
  orders += 2;
  return [orders, orders + 1];
}

/** Started once; in a describe, so that it is stopped before the leak test. */
describe('one request is never two', () => {
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test('two webhooks on one connection are two if their framing is clean: a second one would be seen', async () => {
    const [first, second] = twoOrders();
    const answer = await exchange(ingest.url, webhook(first, 'content-length: 10') + plain(second));
    expect(statusesOf(answer)).toEqual([200, 200]);
    expect([await waiting(first), await waiting(second)]).toEqual([1, 1]);
  });

  describe('invalid framing: refused and closed, and neither of the two is executed', () => {
    const LENGTH = 'content-length: 10';
    const CHUNKED = 'transfer-encoding: chunked';
    const body = (id: number) => `{"id":${id}}`;
    const chunks = (id: number) => inChunks(body(id));
    const none = () => `0${CRLF}${CRLF}`;

    test.each<[string, string, (id: number) => string]>([
      ['an empty length, then chunks', `content-length: 0${CRLF}${CHUNKED}`, none],
      ['chunks, then a length', `${CHUNKED}${CRLF}${LENGTH}`, chunks],
      ['chunked that is not the last coding', `${CHUNKED}, x`, chunks],
      ['chunked twice over', `${CHUNKED}, chunked`, chunks],
      ['chunked in two headers', `${CHUNKED}${CRLF}${CHUNKED}`, chunks],
      ['an unknown coding', 'transfer-encoding: xchunked', chunks],
      ['chunked in quotation marks', 'transfer-encoding: "chunked"', chunks],
      ['chunked after a vertical tab', 'transfer-encoding: \vchunked', chunks],
      ['identity', 'transfer-encoding: identity', body],
      ['a blank before the colon of transfer-encoding', `transfer-encoding : chunked${CRLF}${LENGTH}`, body],
      ['a blank before the colon of content-length', 'content-length : 10', body],
      ['a folded line that hides chunks', `${LENGTH}${CRLF}x: y${CRLF} ${CHUNKED}`, body],
      ['a folded value', `transfer-encoding:${CRLF} chunked`, none],
      ['a folded length', `content-length:${CRLF} 10`, body],
      ['a line that ends in LF alone', `${LENGTH}\n${CHUNKED}`, body],
      ['a line that ends in CR alone', `x: y\r${CHUNKED}${CRLF}${LENGTH}`, body],
      ['a NUL', `x: \0${CRLF}${LENGTH}`, body],
      ['a header without a name', `: x${CRLF}${LENGTH}`, body],
      ['the same length twice', `${LENGTH}${CRLF}${LENGTH}`, body],
      ['a list of lengths', 'content-length: 10, 10', body],
      ['a length with a sign', 'content-length: +10', body],
      ['a length in hex', 'content-length: 0xa', body],
      ['a length beyond 2^64', 'content-length: 18446744073709551626', body],
      ['a blank length', 'content-length:  ', body],
      ['a chunk size with a prefix', CHUNKED, (id) => inChunks(body(id), '0xa')],
      ['a chunk size beyond 2^64', CHUNKED, (id) => inChunks(body(id), 'fffffffffffffffffa')],
      ['a chunk size with a sign', CHUNKED, (id) => inChunks(body(id), '-a')],
      ['chunks whose lines end in LF alone', CHUNKED, (id) => chunks(id).replaceAll(CRLF, '\n')],
      ['a chunk longer than declared', CHUNKED, (id) => chunks(id).replace('}', '}xx')],
      ['20 kB of chunk extensions', CHUNKED, (id) => inChunks(body(id), `a;${'x'.repeat(20_000)}`)],
      [
        'a length among the trailers',
        CHUNKED,
        (id) => `${chunks(id).slice(0, -2)}content-length: 5${CRLF}${CRLF}`,
      ],
      ['17 kB in one header', `x: ${'y'.repeat(17_000)}${CRLF}${LENGTH}`, body],
      ['3,000 headers', `${`a: b${CRLF}`.repeat(3000)}${LENGTH}`, body],
    ])('%s', async (_case, framing, sent) => {
      const [first, second] = twoOrders();
      const attack = webhook(first, framing, body(first), sent(first)) + plain(second);
      const [status, ...more] = statusesOf(await exchange(ingest.url, attack));
      expect([400, 413, 431]).toContain(status);
      expect(more).toEqual([]);
      expect([await waiting(first), await waiting(second)]).toEqual([0, 0]);
      expect(await ingest.sendGood()).toBe('200 accepted');
    });
  });

  describe('clean framing: the content of a body is only a body', () => {
    const framed = (id: number, framing: (body: string) => string, sent: (body: string) => string) => {
      const body = plain(id);
      return webhook(1, `${framing(body)}${CRLF}connection: close`, body, sent(body));
    };
    const length = (body: string) => `content-length: ${body.length}`;

    test.each<[string, (body: string) => string, (body: string) => string]>([
      ['by its length', length, (body) => body],
      ['in chunks', () => 'transfer-encoding: chunked', inChunks],
      ['in chunks, after a coding that is not decoded', () => 'transfer-encoding: x, chunked', inChunks],
      [
        'with a length in a header with a similar name',
        (body) => `${length(body)}${CRLF}content_length: 0`,
        (body) => body,
      ],
      ['with a request to upgrade', (body) => `${length(body)}${CRLF}upgrade: h2c`, (body) => body],
      ['that waits for 100 Continue', (body) => `${length(body)}${CRLF}expect: 100-continue`, (body) => body],
    ])('a webhook inside another, %s: one answer, and it is forged', async (_case, framing, sent) => {
      const [, second] = twoOrders();
      const answer = await exchange(ingest.url, framed(second, framing, sent));
      expect(statusesOf(answer).filter((status) => status !== 100)).toEqual([401]);
      expect(answer).toContain('"outcome":"forged"');
      expect(await waiting(second)).toBe(0);
    });

    test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
      'a header named %s is a header like any other',
      async (name) => {
        const [first] = twoOrders();
        const answer = await exchange(
          ingest.url,
          webhook(first, `${name}: polluted${CRLF}content-length: 10${CRLF}connection: close`),
        );
        expect(statusesOf(answer)).toEqual([200]);
        expect(await waiting(first)).toBe(1);
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
      },
    );

    test('two signatures, one of them valid, count as none', async () => {
      const [first] = twoOrders();
      const wrong = `x-shopify-hmac-sha256: ${signatureOf('another')}`;
      for (const framing of [`${wrong}${CRLF}content-length: 10`, `content-length: 10${CRLF}${wrong}`])
        expect(
          statusesOf(await exchange(ingest.url, webhook(first, `${framing}${CRLF}connection: close`))),
        ).toEqual([401]);
      expect(await waiting(first)).toBe(0);
    });

    test('trailers are not headers: they change neither topic nor shop', async () => {
      const [first] = twoOrders();
      const trailers = [
        `x-shopify-shop-domain: other.myshopify.com`,
        'x-shopify-topic: orders/delete',
        '',
        '',
      ];
      const sent = inChunks(`{"id":${first}}`).slice(0, -2) + trailers.join(CRLF);
      const framing = `transfer-encoding: chunked${CRLF}connection: close`;
      const answer = await exchange(ingest.url, webhook(first, framing, `{"id":${first}}`, sent));
      expect(statusesOf(answer)).toEqual([200]);
      expect([await waiting(first), await ingest.waitingIn(`other.myshopify.com/${first}`)]).toEqual([1, 0]);
    });
  });
});
