import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { ServedIngest, SHOP, signatureOf } from './served-ingest.ts';

const SECRET = 'the-current-secret';
const FORGED = { status: 401, json: { outcome: 'forged' } };
const TOPICS = [
  'orders/create',
  'app/uninstalled',
  'customers/redact',
  'disputes/create',
  'checkouts/create',
];
const REFUSED = [...TOPICS.map(() => FORGED), 0];

/** A query as Shopify signs it: pairs are joined by `&` for launch links, by nothing for an app proxy. */
function signedQuery(pairs: Record<string, string>, between: string): string {
  const usual = { path_prefix: '/apps/x', shop: SHOP, timestamp: '1795000000' };
  return Object.entries({ ...usual, ...pairs })
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(between);
}

describe('P1: the secret signs more than webhooks, but only a webhook is accepted', () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  /** Sends signed bytes under every topic; returns the answers and the number of keys in Redis. */
  async function outcomes(body: Buffer | string, signature?: string): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const topic of TOPICS) {
      const headers = signature === undefined ? {} : { 'x-shopify-hmac-sha256': signature };
      const { status, json } = await ingest.send(body, { topic, headers });
      answers.push({ status, json });
    }
    return [...answers, await ingest.redis.dbsize()];
  }

  test('a session token with its signature re-encoded', async () => {
    const token = await new SignJWT({ dest: `https://${SHOP}` })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuedAt()
      .sign(Buffer.from(SECRET));
    const [header, payload, signature = ''] = token.split('.');
    expect(
      await outcomes(
        `${header}.${payload}`,
        Buffer.from(signature, 'base64url').toString('base64').padEnd(44, '='),
      ),
    ).toEqual(REFUSED);
  });

  test.each([
    ['a launch link', {}, '&'],
    ['an app proxy', {}, ''],
    ['a proxy inside a JSON object', { ' {"a":"': 'x', '~': '","id":1}' }, ''],
    ['a link inside a JSON object', { '\t{"a":"': 'x', '~': '","id":1}' }, '&'],
    ['a proxy inside XML', { '<a b': '"', '~': '">' }, ''],
  ])('the query of %s', async (_case, pairs, between) => {
    const query = signedQuery(pairs, between);
    const hex = createHmac('sha256', SECRET).update(query).digest('hex');
    expect(await outcomes(query, Buffer.from(hex, 'hex').toString('base64'))).toEqual(REFUSED);
  });

  test.each<[string, Buffer | string]>([
    ['an empty body', ''],
    ['blanks', '   \n'],
    ['a list', '[{"id":1}]'],
    ['100,000 nested lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['null', 'null'],
    ['a number', '5'],
    ['a string', '"{}"'],
    ['a form', 'id=1&id[$ne]=2'],
    ['a truncated object', '{"id":1'],
    ['an object with trailing text', '{"id":1}//'],
    ['UTF-16', Buffer.from('{"id":1}', 'utf16le')],
    ['zeros', Buffer.alloc(1000)],
    ['two byte order marks', '\ufeff\ufeff{"id":1}'],
    ['one brace', '{'],
    ['a closing brace', '}'],
  ])('%s', async (_case, body) => expect(await outcomes(body)).toEqual(REFUSED));

  test('a signature in another encoding of the same bytes', async () => {
    const signature = signatureOf('{"id":1}');
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const other = last[last.indexOf(signature[42] ?? '') + 1];
    expect(await outcomes('{"id":1}', `${signature.slice(0, 42)}${other}=`)).toEqual(REFUSED);
  });

  test.each([
    ['white space around it', ' \r\n\t{"id":11}\n ', 11],
    ['a byte order mark', '\ufeff{"id":12}', 12],
    ['a byte order mark and white space', '\ufeff \n{"id":13} ', 13],
    ['timestamp= in a note', '{"id":14,"note":"timestamp=1"}', 14],
  ])('a JSON object with %s is a webhook', async (_case, body, id) => {
    expect((await ingest.send(body)).json).toMatchObject({ outcome: 'accepted' });
    expect(await ingest.waitingIn(`${SHOP}/${id}`)).toBe(1);
  });

  test.each(['{not JSON}', '{"id":"1"}{"id":2}', '{"id":"1",}', '{"id":1.5}', '{}'])(
    '%s is parked, for an operator to inspect',
    async (body) => {
      const { status, json } = await ingest.send(body);
      expect({ status, json }).toMatchObject({ status: 200, json: { outcome: 'parked' } });
    },
  );

  test.each(['orders/create', 'customers/redact', 'draft_orders/create'])(
    'XML as %s is Shopify’s: parked, with the advice to subscribe with JSON',
    async (topic) => {
      const body = `\n<?xml version="1.0" encoding="UTF-8"?><order topic="${topic}"><id>1</id></order>`;
      const { status, json } = await ingest.send(body, { topic });
      const because = 'the body is XML: subscribe with format JSON';
      expect({ status, json }).toMatchObject({ status: 200, json: { outcome: 'parked', because } });
    },
  );
});
