import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Sink } from '../../src/publish/sinks/sink.ts';
import { messageOf, newOrder, send, sinkOf } from './sending.ts';
import { KafkaSignIn } from './servers/kafka-sign-in.ts';
import { Kafka } from './servers/kafka.ts';

describe('a Kafka destination', () => {
  let kafka: Kafka;
  const sinks: Sink[] = [];
  const open = async (settings: object = {}, credentials: string | null = null) => {
    const place = kafka.place(kafka.port);
    const sink = await sinkOf({ ...place, settings: { ...place.settings, ...settings } }, credentials);
    sinks.push(sink);
    return sink;
  };

  beforeAll(async () => {
    kafka = await Kafka.open();
  });
  afterAll(() => kafka.remove());
  afterEach(async () => void (await Promise.all(sinks.splice(0).map((sink) => sink.close()))));

  test('a record has the order as its key, and its id, type and place in the order in its headers', async () => {
    const message = messageOf(newOrder(), 7, { sequence: 9 });
    expect(await send(await open({ topic: 'looked-at' }), message)).toMatchObject({ outcome: 'done' });
    const { id, text, about } = message;
    const headers = { id, type: 'orders/paid', order: about.order, shop: about.shop };
    expect(await kafka.records('looked-at')).toMatchObject([
      { key: about.order, text, headers: { ...headers, version: '7', sequence: '9' } },
    ]);
  });

  test('records of an order are in one partition, those of many orders in all of them', async () => {
    const sink = await open({ topic: 'partitions' });
    const orders = Array.from({ length: 40 }, newOrder);
    for (const version of [1, 2, 3])
      await Promise.all(orders.map((order) => send(sink, messageOf(order, version))));
    const records = await kafka.records('partitions');
    const places = orders.map((order) => records.filter(({ key }) => key === order));
    expect(places.map((its) => its.map(({ headers }) => headers['version']))).toEqual(
      orders.map(() => ['1', '2', '3']),
    );
    expect(places.map((its) => new Set(its.map(({ partition }) => partition)).size)).toEqual(
      orders.map(() => 1),
    );
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(4);
  });

  test('the topic has the type and the shop', async () => {
    const message = messageOf(newOrder(), 1);
    expect(await send(await open({ topic: '{shop}.{type}' }), message)).toMatchObject({ outcome: 'done' });
    const [stored] = await kafka.records('battery.myshopify.com.orders.paid');
    expect(stored?.key).toBe(message.about.order);
  });

  test.each([
    ['refused', 'refused', 'INVALID_RECORD'],
    ['too-large', 'refused', 'MESSAGE_TOO_LARGE'],
    ['few-replicas', 'busy', 'NOT_ENOUGH_REPLICAS'],
    ['few-stored', 'unknown', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'],
    ['no-permission', 'away', 'TOPIC_AUTHORIZATION_FAILED'],
    ['unheard', 'unknown', 'UNKNOWN_SERVER_ERROR'],
  ])('what the broker answers is translated: %s is %s', async (topic, outcome, answer) => {
    expect(await send(await open({ topic }), messageOf(newOrder(), 1))).toMatchObject({ outcome, answer });
  });

  test('one broker that is down does not matter', async () => {
    const sink = await open({ brokers: ['127.0.0.1:1', `127.0.0.1:${kafka.port}`] });
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'done' });
  });

  test('a broker that is not Kafka is away', async () => {
    const other = await new KafkaSignIn().open();
    try {
      const sink = await open({ brokers: [`127.0.0.1:${other.port}`], tls: true });
      expect(await send(sink, messageOf(newOrder(), 1), 3000)).toMatchObject({ outcome: 'away' });
    } finally {
      other.close();
    }
  });

  test('the user signs in; wrong credentials are not in the reason', async () => {
    const broker = await new KafkaSignIn().open();
    try {
      const settings = { brokers: [`127.0.0.1:${broker.port}`], user: 'lockstep', mechanism: 'plain' };
      const answer = await send(await open(settings, 'not-the-credentials'), messageOf(newOrder(), 1));
      expect(broker.asked).toEqual(['\0lockstep\0not-the-credentials']);
      expect(answer).toEqual({
        outcome: 'away',
        answer: 'SASL_AUTHENTICATION_FAILED',
        because: 'it does not accept the user or the credentials',
      });
    } finally {
      broker.close();
    }
  });
});
