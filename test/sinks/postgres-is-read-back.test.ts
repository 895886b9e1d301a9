import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeliveredOrder } from '../../src/persist/delivered-orders.ts';
import type { DestinationDocument } from '../../src/persist/destination-schema.ts';
import { compareReadBack } from '../../src/publish/read-back/read-back.ts';
import { sealSecrets } from '../../src/publish/secrets.ts';
import { createCipher } from '../../src/system/cipher.ts';
import { Postgres } from './servers/postgres.ts';

const cipher = createCipher(`test:${'0'.repeat(64)}`);
const FROM = { after: null, cursor: null };
const key = (number: number) => `battery.myshopify.com/${String(number).padStart(8, '0')}`;

describe('a PostgreSQL destination is read back', () => {
  let postgres: Postgres;
  let delivered: DeliveredOrder[] = [];

  beforeAll(async () => {
    postgres = await Postgres.open();
  });
  afterAll(() => postgres.remove());
  beforeEach(async () => {
    await postgres.ask('truncate lockstep_orders');
    delivered = [];
  });

  const compare = async (more: object = {}, from: typeof FROM | { after: string; cursor: null } = FROM) => {
    const [credentials] = sealSecrets('battery', [postgres.credentials], cipher);
    const place = { ...postgres.place(postgres.port), _id: 'battery', allowPrivate: true, timeoutMs: 5000 };
    const destination = { ...place, secrets: [], credentials, readBack: null, ...more };
    const of = async function* (_: unknown, after: string | null) {
      yield* delivered.filter(({ order }) => after === null || order > after);
    };
    const tools = {
      delivered: { of, known: () => Promise.resolve(new Set<string>()) },
      cipher,
      now: Date.now,
    };
    return await compareReadBack(destination as unknown as DestinationDocument, from, tools);
  };
  const fill = (numbers: string) =>
    postgres.ask(
      `insert into lockstep_orders (order_key, version)
         select 'battery.myshopify.com/' || lpad(n::text, 8, '0'), 1 from ${numbers} as n`,
    );
  const orders = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ order: key(i), version: 1, isOpen: false }));

  test('by default, its own table is read, page by page', async () => {
    await fill('generate_series(0, 3499)');
    delivered = orders(3500).map((each, i) => ({ ...each, version: i === 3000 ? 2 : 1 }));
    await postgres.ask('delete from lockstep_orders where order_key = $1', [key(1500)]);
    expect(await compare()).toMatchObject({
      compared: 3500,
      rest: null,
      differences: [
        { order: key(1500), found: 'missing', expected: 1, held: null },
        { order: key(3000), found: 'older', expected: 2, held: 1 },
      ],
    });
    expect((await compare({}, { after: key(2999), cursor: null })).compared).toBe(500);
  });

  test('a query of its own is read; it cannot write', async () => {
    await fill('generate_series(0, 2)');
    delivered = orders(3);
    const sql = (query: string) => compare({ readBack: { kind: 'sql', query } });
    const query = `select order_key as key, version from lockstep_orders where version > 0 -- of today`;
    expect(await sql(query)).toMatchObject({ compared: 3, differences: [] });
    await postgres.ask(
      `create function erase() returns bigint language sql as 'delete from lockstep_orders; select 1::bigint'`,
    );
    await expect(sql(`select order_key as key, erase() as version from lockstep_orders`)).rejects.toThrow(
      '(25006)',
    );
    await expect(sql('select 1; drop table lockstep_orders')).rejects.toThrow('(42601)');
    await expect(sql('select 1 as key')).rejects.toThrow('(42703)');
    expect(await postgres.ask('select 1 from lockstep_orders')).toHaveLength(3);
  });

  test('what cannot be reached, or is private, is said without credentials', async () => {
    const url = 'postgres://lockstep@127.0.0.1:1/postgres';
    const { settings } = postgres.place(postgres.port);
    await expect(compare({ settings: { ...settings, url } })).rejects.toThrow(
      'it cannot be reached: ECONNREFUSED',
    );
    await expect(compare({ allowPrivate: false })).rejects.toThrow('not public');
  });
});
