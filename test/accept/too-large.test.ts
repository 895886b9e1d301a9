import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_BODY_BYTES, ServedIngest, signatureOf } from './served-ingest.ts';

const TEN_MB = `{"id":1,"note":"${'x'.repeat(10_000_000)}"}`;

/** Sends raw bytes, and returns everything received until the other side closes. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
    socket.write(bytes);
  });
}

describe('a body over the limit', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test.each([
    ['declared in content-length', {}],
    ['in chunks, with no declared length', { 'transfer-encoding': 'chunked' }],
  ])('%s: 413, nothing stored, and the next webhook is accepted', async (_case, headers) => {
    const before = await ingest.redis.dbsize();
    const { status, json } = await ingest.send(TEN_MB, { headers });
    expect({ status, json }).toEqual({ status: 413, json: { outcome: 'too_large' } });
    expect(await ingest.redis.dbsize()).toBe(before);
    expect(await ingest.sendGood()).toBe('200 accepted');
  });

  test('the answer comes before the body if its declared length is too large', async () => {
    const head = ['POST /webhooks HTTP/1.1', 'host: x', `content-length: ${MAX_BODY_BYTES + 1}`];
    const answer = await raw(ingest.url, `${head.join('\r\n')}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('{"outcome":"too_large"}');
  });

  test.each([
    ['two lengths', 'content-length: 8\r\ncontent-length: 9'],
    ['a length and chunks', 'content-length: 8\r\ntransfer-encoding: chunked'],
    ['a negative length', 'content-length: -1'],
    ['a length that is not a number', 'content-length: many'],
  ])('%s is invalid HTTP: 400, and the connection ends', async (_case, lines) => {
    const signature = `x-shopify-hmac-sha256: ${signatureOf('{"id":1}')}`;
    const answer = await raw(
      ingest.url,
      `POST /webhooks HTTP/1.1\r\nhost: x\r\n${signature}\r\n${lines}\r\n\r\n{"id":1}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ingest.sendGood()).toBe('200 accepted');
  });
});
