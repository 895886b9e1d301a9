import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mongo } from 'mongoose';
import { lifeOf } from '../../testkit/deliveries/life.ts';
import { randomFrom } from '../../testkit/deliveries/random.ts';
import { exactJson } from '../../src/order/exact-json.ts';
import { textOfBson } from '../../src/persist/bson-text.ts';
import { storedText, toStored } from '../../src/persist/stored-json.ts';
import { namespace } from '../support/namespace.ts';

const SAMPLES = path.resolve('../shared/fixtures/docs');
const withSamples = existsSync(SAMPLES) ? test : test.skip;

/** JSON with numbers as decimals of any length: two texts are equal if they mean the same. */
function meaning(text: string): unknown {
  return JSON.parse(text, ((_: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' ? decimal(context.source ?? '') : value) as never);
}

function decimal(source: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = BigInt(whole + fraction).toString();
  const zeros = /0*$/.exec(digits)![0].length;
  if (digits === '0') return `number ${sign}0`;
  return `number ${sign}${digits.slice(0, digits.length - zeros)}e${Number(power) - fraction.length + zeros}`;
}

const numberText = fc.oneof(
  fc.maxSafeInteger().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.constantFrom(
    '820982911946154508',
    '1e400',
    '-1e-400',
    '0.1234567890123456789',
    '-0',
    '-0.00',
    '1E5',
    '5e-324',
  ),
  fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `${a}.${b}e${b % 500}`),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '\udc00n1', '\ud800s', '\ud800n7', ''),
);
const key = fc.oneof(
  text,
  fc.constantFrom('a.b', '$where', '$', 'positions', 'gone', '%24', '%uD800', '\0', 'id'),
  fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype)),
);
/** JSON text of any value. */
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    numberText,
    text.map((each) => JSON.stringify(each)),
    fc.constantFrom('null', 'true', 'false', '{}', '[]'),
    fc.array(tie('value')).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(key, tie('value')))
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  ),
})).value;

describe('a body is stored without loss', () => {
  let client: mongo.MongoClient;
  let bodies: mongo.Collection<{ _id: number; body: unknown }>;
  let count = 0;
  beforeAll(async () => {
    client = await mongo.MongoClient.connect((await namespace()).mongoUri);
    bodies = client.db().collection('bodies');
  });
  afterAll(() => client.close());

  const stored = (body: string) => toStored(exactJson(Buffer.from(body), JSON.parse(body)));
  /** What MongoDB returns. Its bytes have the same text. */
  async function throughMongo(body: string): Promise<unknown> {
    return await kept(stored(body));
  }

  async function kept(body: unknown): Promise<unknown> {
    const _id = (count += 1);
    await bodies.insertOne({ _id, body });
    const [bson] = (await bodies.find({ _id }, { raw: true }).toArray()) as unknown as Buffer[];
    // Through the driver: it decodes a list named `toString` in its own way.
    const document = await bodies.findOne({ _id });
    expect(textOfBson(bson!)).toBe(storedText(document));
    return document?.body;
  }

  test('whatever JSON it is', async () => {
    await fc.assert(
      fc.asyncProperty(json, async (body) => {
        expect(meaning(storedText(await throughMongo(body)))).toEqual(meaning(body));
      }),
      { numRuns: 300 },
    );
  });

  test.each(['toString', 'constructor', '__proto__'])('a list with the name %s', async (name) => {
    const body = `{"${name}":[{},{"a":[1]}]}`;
    expect(storedText(await throughMongo(body))).toBe(body);
  });

  withSamples("Shopify's samples, every field", async () => {
    for (const file of readdirSync(SAMPLES)) {
      const body = readFileSync(path.join(SAMPLES, file), 'utf8');
      expect([file, meaning(storedText(await throughMongo(body)))]).toEqual([file, meaning(body)]);
    }
  });

  test("the generator's bodies", async () => {
    for (const { body } of lifeOf(
      randomFrom(7),
      'example.myshopify.com',
      7,
      new Date('2026-11-20T10:00:00Z'),
    ))
      expect(meaning(storedText(await throughMongo(String(body))))).toEqual(meaning(String(body)));
  });

  test('and can be queried: ids beyond 2^53, decimals, keys that look like operators', async () => {
    await throughMongo(
      '{"mine":true,"id":820982911946154508,"rate":0.12345678901234567890,"a.b":{"$where":1},"tags":"vip"}',
    );
    const by = (filter: object) => bodies.countDocuments({ 'body.mine': true, ...filter });
    expect(await by({ 'body.id': mongo.Long.fromString('820982911946154508') })).toBe(1);
    expect(await by({ 'body.id': mongo.Long.fromString('820982911946154509') })).toBe(0);
    expect(await by({ 'body.rate': mongo.Decimal128.fromString('0.12345678901234567890') })).toBe(1);
    expect(await by({ 'body.a%2Eb.%24where': 1 })).toBe(1);
    expect(await by({ 'body.tags': 'vip' })).toBe(1);
  });

  test('what a body remembers is not in its text', async () => {
    const body = { a: 1, positions: { a: 'x' }, list: [{ gone: ['b'] }, { name: 'gone' }], gone: [] };
    expect(storedText(await kept(body))).toBe('{"a":1,"list":[{},{"name":"gone"}]}');
  });

  test('bytes that are not a body are refused', () => {
    const { BSON, ObjectId } = mongo;
    expect(() => textOfBson(BSON.serialize({ id: new ObjectId() }))).toThrow(
      'order.body.id is an ObjectId, which no webhook has',
    );
    expect(() => textOfBson(BSON.serialize({ a: { b: 'c' } }).subarray(0, -2))).toThrow(
      'the BSON has no end',
    );
  });

  test.each(['[', '{"a":'])('nested 50,000 times: %s', async (opens) => {
    const closes = opens === '[' ? ']' : '}';
    const body = `${opens.repeat(50_000)}1${closes.repeat(50_000)}`;
    expect(storedText(await throughMongo(body))).toBe(body);
  });
});
