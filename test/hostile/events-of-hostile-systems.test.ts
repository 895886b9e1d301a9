import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedIntake } from '../operate/served-intake.ts';
import { http } from '../support/http.ts';

describe('events of hostile systems, and schemas that would block the server', () => {
  let intake: ServedIntake;
  beforeAll(async () => {
    intake = await ServedIntake.start();
    await intake.register('wms/any', {});
  });
  afterAll(() => intake.stop());

  const bodyOf = (data: string, id = intake.newOrder().id) =>
    `{"order":"${id}","type":"wms/any","data":${data}}`;

  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['256 characters', 'k'.repeat(256)],
    ['a space', 'a b'],
    ['a letter that is not ASCII', '\u00e9'],
  ])('a key with %s is a bad request', async (_case, key) => {
    const { status, json } = await http(`${intake.dashboard.url}/api/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await intake.token()}`,
        'content-type': 'application/json',
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      body: bodyOf('{}'),
    });
    expect([status, json.errors]).toEqual([400, [expect.objectContaining({ parameter: 'idempotency-key' })]]);
  });

  test.each([
    ['control characters', 'a\tb'],
    ['20 kB', 'k'.repeat(20_000)],
  ])('a key with %s is refused', async (_case, key) => {
    const authorization = `Bearer ${await intake.token()}`;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': key };
      const sent = request(`${intake.dashboard.url}/api/events`, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        response.destroy();
      });
      sent.on('error', reject);
      sent.end(bodyOf('{}'));
    });
    expect([400, 431]).toContain(status);
  });

  test('255 visible characters are a key', async () => {
    const key = `!~"'\\/{}$.%${'k'.repeat(244)}`;
    expect((await intake.send(bodyOf('{}'), { key })).json.outcome).toBe('accepted');
  });

  test.each([
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice in two spellings', '{"a":1,"\\u0061":2}'],
    ['a key twice deep inside', '{"x":[{"a":{"b":1,"c":{},"b":2}}]}'],
    ['a whole number that would be rounded', '{"a":9007199254740993}'],
    ['a number without end', '{"a":1e400}'],
    ['2,000 levels', `${'['.repeat(2000)}${']'.repeat(2000)}`],
    ['30,000 levels that never end', '{"a":'.repeat(10_000)],
    ['nothing', ''],
  ])('data with %s is a bad request', async (_case, data) => {
    expect((await intake.send(bodyOf(data))).status).toBe(400);
  });

  test('a key that comes twice outside of the data is refused, too', async () => {
    expect((await intake.send('{"order":"1","order":"2","type":"wms/any","data":{}}')).status).toBe(400);
  });

  test('data over 64 kB is too large', async () => {
    expect((await intake.send(bodyOf(`{"a":"${'x'.repeat(65_500)}"}`))).status).toBe(200);
    expect((await intake.send(bodyOf(`{"a":"${'x'.repeat(65_530)}"}`))).status).toBe(413);
    expect((await intake.send(bodyOf(`{"a":"${'x'.repeat(200_000)}"}`))).status).toBe(413);
  });

  test('keys that mean something to JavaScript or MongoDB are data like any other', async () => {
    const data =
      '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}},"$where":"1","a.b":{"$gt":""},"positions":[],"":0,"\\u0000":1,"\\ud800":"\\ud800","toString":2}';
    const { id, key } = intake.newOrder();
    expect((await intake.send(bodyOf(data, id))).status).toBe(200);
    await intake.drain(key);
    const stored = (await intake.externalOf(key))['wms/any']?.data;
    expect(stored).toEqual(JSON.parse(data));
    expect(Object.keys(stored ?? {})).toEqual(Object.keys(JSON.parse(data) as object));
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    const shown = await intake.dashboard.get(`/api/orders/${key}`);
    expect(shown.json.external).toMatchObject({ 'wms/any': { data: { 'a.b': { $gt: '(masked)' } } } });
  });

  test.each<[string, object, RegExp]>([
    ['that is not a schema', { type: 'nothing' }, /schema/],
    ['with an unknown keyword', { colour: 1 }, /unknown keyword/],
    ['with an unknown format', { format: 'colour' }, /unknown format/],
    ['with a reference to another address', { $ref: 'http://127.0.0.1:9/schema.json' }, /resolve reference/],
    ['with a reference to a file', { $ref: 'file:///etc/passwd' }, /resolve reference/],
    ['with a regular expression that is none', { pattern: '(' }, /schema|pattern|regular/i],
    ['that is asynchronous', { $async: true }, /\$async/],
    ['of an unknown version', { $schema: 'https://example.com/meta' }, /no schema/],
    ['of 70 kB', { description: 'x'.repeat(70_000) }, /more than 65536 bytes/],
  ])('a schema %s is refused', async (_case, schema, why) => {
    const { status, json } = await intake.register('wms/bad', schema);
    expect([status, json.errors]).toEqual([
      400,
      [{ pointer: '#/schema', detail: expect.stringMatching(why) }],
    ]);
    expect((await intake.dashboard.get('/api/event-types/wms/bad')).status).toBe(404);
  });

  test('a schema of draft 7 is taken, and one that refers to itself', async () => {
    const tree = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { node: { properties: { next: { $ref: '#/definitions/node' } } } },
      $ref: '#/definitions/node',
    };
    expect((await intake.register('wms/tree', tree)).status).toBe(200);
  });

  test('a schema whose check takes forever ends only its own request', async () => {
    const $defs: Record<string, object> = { a0: { type: 'string' } };
    for (let i = 1; i < 40; i += 1)
      $defs[`a${i}`] = { allOf: [{ $ref: `#/$defs/a${i - 1}` }, { $ref: `#/$defs/a${i - 1}` }] };
    await intake.register('wms/doubling', { $defs, properties: { x: { $ref: '#/$defs/a39' } } });
    const { id } = intake.newOrder();
    const slow = intake.send({ order: id, type: 'wms/doubling', data: { x: 'a' } }, { key: randomUUID() });
    expect((await intake.dashboard.get('/api/event-types')).status).toBe(200);
    expect((await slow).status).toBe(503);
  });

  test('a regular expression that takes forever ends only its own request, which may be sent again', async () => {
    await intake.register('wms/slow', { properties: { x: { pattern: '^(a+)+$' } } });
    const { id } = intake.newOrder();
    const key = randomUUID();
    const slow = intake.send({ order: id, type: 'wms/slow', data: { x: `${'a'.repeat(60)}!` } }, { key });
    const others = await Promise.all([intake.dashboard.get('/api/event-types'), intake.send(bodyOf('{}'))]);
    expect(others.map(({ status }) => status)).toEqual([200, 200]);
    const { status, headers, json } = await slow;
    expect([status, headers['retry-after'], json.code]).toEqual([503, '5', 'unavailable']);
    expect((await intake.send({ order: id, type: 'wms/slow', data: { x: 'aa' } }, { key })).status).toBe(200);
  });
});
