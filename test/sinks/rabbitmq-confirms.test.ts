import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Sink } from '../../src/publish/sinks/sink.ts';
import { messageOf, newOrder, send, sinkOf } from './sending.ts';
import { Rabbitmq } from './servers/rabbitmq.ts';

describe('a RabbitMQ destination', () => {
  let rabbitmq: Rabbitmq;
  const sinks: Sink[] = [];
  const open = async (settings: { url?: string; exchange?: string; routingKey?: string } = {}) => {
    const place = rabbitmq.place(rabbitmq.port);
    const sink = await sinkOf(
      { ...place, settings: { ...place.settings, ...settings } },
      rabbitmq.credentials,
    );
    sinks.push(sink);
    return sink;
  };

  beforeAll(async () => {
    rabbitmq = await Rabbitmq.open();
  });
  afterAll(() => rabbitmq.remove());
  afterEach(async () => void (await Promise.all(sinks.splice(0).map((sink) => sink.close()))));

  test('a message is persistent, and has its order, version and id', async () => {
    await rabbitmq.with(async (connection) => {
      await connection.queueDeclare({ queue: 'looked-at', durable: true });
      const message = messageOf(newOrder(), 7, { sequence: 9 });
      const sink = await open({ exchange: '', routingKey: 'looked-at' });
      expect(await send(sink, message)).toEqual({ outcome: 'done', answer: 'confirmed' });
      const { order, shop } = message.about;
      expect(await connection.basicGet({ queue: 'looked-at', noAck: true })).toMatchObject({
        messageId: message.id,
        durable: true,
        type: 'orders/paid',
        contentType: 'application/json',
        headers: { order, shop, version: 7, sequence: 9 },
        body: JSON.parse(message.text),
      });
    });
  });

  test('the routing key has the topic and the shop', async () => {
    await rabbitmq.with(async (connection) => {
      await connection.queueDeclare({ queue: 'by-shop' });
      await connection.queueBind({
        exchange: 'effects',
        queue: 'by-shop',
        routingKey: 'shop.battery.myshopify.com.orders.paid',
      });
      expect(
        await send(await open({ routingKey: 'shop.{shop}.{type}' }), messageOf(newOrder(), 1)),
      ).toMatchObject({
        outcome: 'done',
      });
    });
  });

  test('a full queue is busy until there is room', async () => {
    await rabbitmq.with(async (connection) => {
      const full = { 'x-max-length': 1, 'x-overflow': 'reject-publish' } as const;
      await connection.queueDeclare({ queue: 'full', arguments: full });
      const sink = await open({ exchange: '', routingKey: 'full' });
      expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'done' });
      const message = messageOf(newOrder(), 1);
      expect(await send(sink, message)).toMatchObject({ outcome: 'busy', answer: 'NACK' });
      await connection.queuePurge({ queue: 'full' });
      expect(await send(sink, message)).toMatchObject({ outcome: 'done' });
    });
  });

  test('what the broker answers is translated', async () => {
    const vhost = `amqp://lockstep@127.0.0.1:${rabbitmq.port}/nowhere`;
    expect(await send(await open({ url: vhost }), messageOf(newOrder(), 1))).toMatchObject({
      outcome: 'away',
      because: expect.stringContaining('virtual host'),
    });
    expect(await send(await open({ exchange: 'nowhere' }), messageOf(newOrder(), 1))).toMatchObject({
      outcome: 'away',
      because: 'the exchange does not exist',
    });
  });

  test('a message that is too large does not harm those beside it', async () => {
    const sink = await open();
    const [large, ...small] = [messageOf(newOrder(), 1, { bytes: 4 * 1024 * 1024 + 1 })].concat(
      Array.from({ length: 20 }, () => messageOf(newOrder(), 1)),
    );
    const answers = await Promise.all([large!, ...small].map((each) => send(sink, each)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['refused', ...small.map(() => 'done')]);
    for (const { about } of small) expect(await rabbitmq.arrived(about.order)).toHaveLength(1);
  });
});
