import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_BODY_BYTES, ServedIngest, SHOP, signatureOf } from '../accept/served-ingest.ts';
import { statusesOf } from './raw.ts';

const UNPACKED = Buffer.alloc(64 * 1024 * 1024, ' ');
const HUNDRED_MB = 100_000_000;

/**
 * Streams a body in chunks until it is answered or sent; returns the answer and after how many bytes it came.
 */
function flood(url: string): Promise<{ answer: string; sentBytes: number }> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, ' '), Buffer.from('\r\n')]);
    let sentBytes = 0;
    const send = () => {
      if (socket.destroyed) return;
      if (sentBytes >= HUNDRED_MB) socket.destroy(new Error('100 MB were sent without a refusal'));
      sentBytes += piece.length;
      // The server is in this process: it runs between two pieces.
      socket.write(piece, () => setImmediate(send));
    };
    socket.on('error', reject);
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve({ answer: chunk.toString('latin1'), sentBytes });
    });
    const signature = `x-shopify-hmac-sha256: ${signatureOf('anything')}`;
    const lines = ['POST /webhooks HTTP/1.1', 'host: x', signature, 'transfer-encoding: chunked'];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    send();
  });
}

describe('bodies that are more than they seem', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  const bombs = {
    gzip: gzipSync(UNPACKED),
    deflate: deflateSync(UNPACKED),
    br: brotliCompressSync(UNPACKED),
    zstd: zstdCompressSync(UNPACKED),
  };

  test.each(Object.entries(bombs))(
    'a bomb in %s is never unpacked: 401, nothing stored',
    async (encoding, bomb) => {
      const before = await ingest.redis.dbsize();
      const { status, json } = await ingest.send(bomb, { headers: { 'content-encoding': encoding } });
      expect({ status, json }).toEqual({ status: 401, json: { outcome: 'forged' } });
      expect(await ingest.redis.dbsize()).toBe(before);
      expect(await ingest.sendGood()).toBe('200 accepted');
    },
  );

  test.each(Object.entries(bombs))(
    'a bomb in %s that does not declare it is not a JSON object: 401, nothing stored',
    async (_name, bomb) => {
      const { status, json } = await ingest.send(bomb);
      expect({ status, json }).toEqual({ status: 401, json: { outcome: 'forged' } });
      expect(await ingest.waitingIn(`${SHOP}/-`)).toBe(0);
    },
  );

  test('100 MB in chunks: 413 long before they are sent', async () => {
    const { answer, sentBytes } = await flood(ingest.url);
    expect(statusesOf(answer)).toEqual([413]);
    // The limit, and what two sockets may buffer between them.
    expect(sentBytes).toBeLessThan(4 * MAX_BODY_BYTES);
    expect(await ingest.sendGood()).toBe('200 accepted');
  });

  test.each([
    ['a byte order mark', '\ufeff{"id":60}', 60],
    ['half a surrogate pair', '{"id":61,"name":"\\ud800"}', 61],
    ['every control character, escaped', `{"id":62,"name":"${controls()}"}`, 62],
  ])('%s: accepted for its order', async (_case, body, id) => {
    expect((await ingest.send(body)).json).toMatchObject({ outcome: 'accepted' });
    expect(await ingest.waitingIn(`${SHOP}/${id}`)).toBe(1);
  });

  test.each([
    ['a NUL in a text', '{"name":"\0","id":63}'],
    ['a line break in a text', '{"name":"\n","id":64}'],
    ['two bodies', '{"id":"66"}{"id":67}'],
    ['a comment', '{"id":68/*}*/}'],
    ['a trailing comma', '{"id":"69",}'],
    ['an id in hex', '{"id":0x45}'],
  ])('%s: not JSON, parked', async (_case, body) => {
    const { json } = await ingest.send(body);
    expect(json).toMatchObject({ outcome: 'parked', because: 'the body is not JSON' });
  });
});

function controls(): string {
  return Array.from({ length: 32 }, (_, code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
}
