import { readFileSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import '@shopify/shopify-api/adapters/node';
import { describe, expect, test } from '@jest/globals';
import { shopifyApi, ApiVersion, LogSeverity } from '@shopify/shopify-api';
import { isAuthentic, isSignature } from '../../src/accept/hmac.ts';
import { signatureOf } from './served-ingest.ts';

const SECRET = 'the-secret-of-both';
const BODY = '{"id":820982911946154508,"note":"déjà vu ☕"}';

const shopify = shopifyApi({
  apiKey: 'key',
  apiSecretKey: SECRET,
  hostName: 'lockstep.example',
  apiVersion: Object.values(ApiVersion).at(-1) as ApiVersion,
  isEmbeddedApp: false,
  logger: { level: LogSeverity.Error, log: () => undefined },
});

async function shopifySays(body: string, signature: string | null): Promise<boolean> {
  const headers = {
    'x-shopify-topic': 'orders/create',
    'x-shopify-shop-domain': 'example.myshopify.com',
    'x-shopify-api-version': '2026-07',
    'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    ...(signature === null ? {} : { 'x-shopify-hmac-sha256': signature }),
  };
  const rawRequest = Object.assign(new IncomingMessage(new Socket()), {
    method: 'POST',
    url: '/webhooks',
    headers,
  });
  const rawResponse = new ServerResponse(rawRequest);
  const check = await shopify.webhooks.validate({ rawBody: body, rawRequest, rawResponse });
  return check.valid;
}

const weSay = (body: string, signature: string | null) =>
  isSignature(signature) && isAuthentic(Buffer.from(body), signature, [SECRET]);

describe("P1: Shopify's own library and node:crypto agree on the same requests", () => {
  test.each([
    ['signed with the secret', BODY, signatureOf(BODY, SECRET), true],
    ['signed with another secret', BODY, signatureOf(BODY, 'another'), false],
    [
      'changed by one character after it was signed',
      BODY.replace('508', '509'),
      signatureOf(BODY, SECRET),
      false,
    ],
    ['changed by white space only', `${BODY} `, signatureOf(BODY, SECRET), false],
    ['without a signature', BODY, null, false],
    ['with a signature cut short', BODY, signatureOf(BODY, SECRET).slice(0, 40), false],
    ['with a signature that is not base64', BODY, '!'.repeat(44), false],
    [
      'with its signature in hex',
      BODY,
      Buffer.from(signatureOf(BODY, SECRET), 'base64').toString('hex'),
      false,
    ],
  ])('a body %s', async (_case, body, signature, authentic) => {
    expect(weSay(body, signature)).toBe(authentic);
    expect(await shopifySays(body, signature)).toBe(authentic);
  });
});

test('P1: a signature that is wrong in any one of its 32 bytes is not authentic', () => {
  const body = Buffer.from(BODY);
  for (let i = 0; i < 32; i += 1) {
    const wrong = Buffer.from(signatureOf(BODY, SECRET), 'base64');
    wrong[i] = (wrong[i] ?? 0) ^ 1;
    expect(isAuthentic(body, wrong.toString('base64'), [SECRET])).toBe(false);
  }
  expect(isAuthentic(body, signatureOf(BODY, SECRET), [SECRET])).toBe(true);
});

// What === leaks over 44 characters is below the noise of a machine, so this test reads the source instead.
test('P1: signatures are compared only by timingSafeEqual, after their lengths match', () => {
  const source = readFileSync('src/accept/hmac.ts', 'utf8');
  const comparisons = [
    ...source.matchAll(/^.*\b(?:claimed|digest|signature)\b.*(?:[!=]==|equal|compare).*$/gim),
  ];
  expect(comparisons.map(([line]) => line.trim())).toEqual([
    'if (digest.length === claimed.length && timingSafeEqual(digest, claimed)) authentic = true;',
  ]);
});

describe('P1: two secrets', () => {
  const body = Buffer.from(BODY);

  test('a body signed with either is authentic, whichever comes first', () => {
    for (const secret of ['current', 'previous'])
      for (const secrets of [
        ['current', 'previous'],
        ['previous', 'current'],
      ])
        expect(isAuthentic(body, signatureOf(body, secret), secrets)).toBe(true);
  });

  test('a signature by any other secret is refused; without secrets every signature is refused', () => {
    expect(isAuthentic(body, signatureOf(body, 'the one before'), ['current', 'previous'])).toBe(false);
    expect(isAuthentic(body, signatureOf(body, ''), [])).toBe(false);
  });
});
