import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Sink } from '../../src/publish/sinks/sink.ts';
import { until } from '../support/until.ts';
import { messageOf, newOrder, send, sinkOf } from './sending.ts';
import type { Place } from './servers/other-side.ts';
import { Postgres } from './servers/postgres.ts';

interface Row {
  version: string;
  sequence: string;
  effect_id: string;
  data: unknown;
  total: string;
}

describe('a PostgreSQL destination', () => {
  let postgres: Postgres;
  const sinks: Sink[] = [];
  const open = async (
    settings: { table?: string; url?: string; tls?: boolean; ca?: string } = {},
    more: Place = {},
  ) => {
    const place = postgres.place(postgres.port);
    const sink = await sinkOf(
      { ...place, settings: { ...place.settings, ...settings }, ...more },
      postgres.credentials,
    );
    sinks.push(sink);
    return sink;
  };
  const rows = (order: string, table = 'lockstep_orders') =>
    postgres.ask<Row>(`select *, data->>'totalPrice' as total from ${table} where order_key = $1`, [order]);

  beforeAll(async () => {
    postgres = await Postgres.open();
  });
  afterAll(() => postgres.remove());
  afterEach(async () => void (await Promise.all(sinks.splice(0).map((sink) => sink.close()))));

  test('an older version never overwrites a newer one, whatever the sequence of arrival', async () => {
    const [sink, order] = [await open(), newOrder()];
    const [first, second, third] = [1, 2, 3].map((version) => messageOf(order, version));
    expect(await send(sink, third!)).toMatchObject({ answer: 'stored' });
    expect(await send(sink, first!)).toMatchObject({ outcome: 'done', answer: 'has it already' });
    expect(await send(sink, second!)).toMatchObject({ outcome: 'done', answer: 'has it already' });
    expect(await rows(order)).toMatchObject([{ version: '3', effect_id: third!.id, total: '10.00' }]);
  });

  test('of the events of one commit, the last one stays', async () => {
    const [sink, order] = [await open(), newOrder()];
    const events = [4, 5, 6].map((sequence) => messageOf(order, 2, { sequence }));
    for (const each of [events[0]!, events[2]!, events[1]!, events[2]!]) await send(sink, each);
    expect(await rows(order)).toMatchObject([{ version: '2', sequence: '6', effect_id: events[2]!.id }]);
    expect((await postgres.arrived(order)).map(({ id }) => id)).toEqual([events[0]!.id, events[2]!.id]);
  });

  test('a commit of Lockstep itself has no sequence, and replaces what is older', async () => {
    const [sink, order] = [await open(), newOrder()];
    await send(sink, messageOf(order, 2));
    const rebuilt = messageOf(order, 3);
    await send(sink, { ...rebuilt, about: { ...rebuilt.about, sequence: null } });
    expect(await rows(order)).toMatchObject([{ version: '3', sequence: null }]);
    await send(sink, messageOf(order, 4));
    expect(await rows(order)).toMatchObject([{ version: '4', sequence: '4' }]);
  });

  test('many publishers at once: the newest version stays, and each is written at most once', async () => {
    const order = newOrder();
    const messages = Array.from({ length: 20 }, (_, i) => messageOf(order, i + 1));
    const publishers = await Promise.all([open(), open(), open()]);
    await Promise.all(publishers.flatMap((sink) => messages.toReversed().map((each) => send(sink, each))));
    expect(await rows(order)).toMatchObject([{ version: '20' }]);
    const ids = (await postgres.arrived(order)).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test('a missing table is made, by two publishers at the same moment, also in a schema', async () => {
    await postgres.ask('create schema shop');
    const [one, other] = [newOrder(), newOrder()];
    const sinks = await Promise.all([open({ table: 'shop.orders' }), open({ table: 'shop.orders' })]);
    const answers = await Promise.all([
      send(sinks[0]!, messageOf(one, 1)),
      send(sinks[1]!, messageOf(other, 1)),
    ]);
    expect(answers).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }]);
    expect([...(await rows(one, 'shop.orders')), ...(await rows(other, 'shop.orders'))]).toHaveLength(2);
  });

  test('another table of that name is left alone, and the missing columns are named', async () => {
    await postgres.ask('create table taken (order_key text primary key, shop integer)');
    const [sink, message] = [await open({ table: 'taken' }), messageOf(newOrder(), 1)];
    const refused = {
      outcome: 'away',
      because: expect.stringMatching(/^the table taken .*: shop text, order_id text/),
    };
    expect(await send(sink, message)).toMatchObject(refused);
    await postgres.ask('drop table taken');
    expect(await send(sink, message)).toMatchObject({ outcome: 'done' });
  });

  test('a table that is dropped while it is used is made again', async () => {
    const sink = await open({ table: 'dropped' });
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'done' });
    await postgres.ask('drop table dropped');
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'away', answer: '42P01' });
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'done' });
  });

  test('the result of a transformation is stored as it is, and numbers stay exact', async () => {
    const order = newOrder();
    const message = { ...messageOf(order, 1), text: '{"id":12345678901234567890.10,"data":1}' };
    await send(await open({}, { transform: '$' }), message);
    const [row] = await postgres.ask<{ text: string }>(
      'select data::text as text from lockstep_orders where order_key = $1',
      [order],
    );
    expect(row?.text).toBe('{"id": 12345678901234567890.10, "data": 1}');
  });

  test('what PostgreSQL answers is translated', async () => {
    await postgres.ask(`create role reader login password '${postgres.credentials}'`);
    const url = (user: string, database: string) =>
      `postgres://${user}@127.0.0.1:${postgres.port}/${database}`;
    const answerOf = async (settings: { url?: string; table?: string; tls?: boolean }) =>
      await send(await open(settings), messageOf(newOrder(), 1));
    expect(await answerOf({ url: url('lockstep', 'nowhere') })).toMatchObject({
      outcome: 'away',
      answer: '3D000',
    });
    expect(await answerOf({ url: url('reader', 'postgres') })).toMatchObject({
      outcome: 'away',
      answer: '42501',
    });
    expect(await answerOf({ table: 'nowhere.orders' })).toMatchObject({ outcome: 'away', answer: '3F000' });
    expect(await answerOf({ tls: true })).toMatchObject({
      outcome: 'away',
      because: 'it does not offer TLS',
    });
  });

  test('a row that another transaction has locked: the attempt ends with its time, and nothing is lost', async () => {
    const [sink, order] = [await open(), newOrder()];
    await send(sink, messageOf(order, 1));
    const isHeld = () =>
      postgres.ask(`select 1 from pg_stat_activity where query like '%holds it%' and wait_event = 'PgSleep'`);
    const held = postgres.ask(
      `begin; select 1 from lockstep_orders where order_key = '${order}' for update; select pg_sleep(2) /* holds it */; commit`,
    );
    await until(async () => (await isHeld()).length > 0);
    const message = messageOf(order, 2);
    expect(await send(sink, message, 1000)).toMatchObject({ outcome: 'unknown' });
    await held;
    expect(await send(sink, message)).toMatchObject({ outcome: 'done' });
    expect(await rows(order)).toMatchObject([{ version: '2', effect_id: message.id }]);
  });
});
