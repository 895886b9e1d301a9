import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { destinationPut } from '../../src/operate/shapes/destinations.ts';
import type { Sink } from '../../src/publish/sinks/sink.ts';
import { messageOf, newOrder, send, sinkOf } from './sending.ts';
import { Sqs } from './servers/sqs.ts';

describe('an SQS destination', () => {
  let sqs: Sqs;
  const sinks: Sink[] = [];
  const open = async (settings: { url?: string } = {}, credentials: string | null = sqs.credentials) => {
    const place = sqs.place(sqs.port);
    const sink = await sinkOf({ ...place, settings: { ...place.settings, ...settings } }, credentials);
    sinks.push(sink);
    return sink;
  };

  beforeAll(async () => {
    sqs = await Sqs.open();
  });
  afterAll(() => sqs.remove());
  afterEach(async () => void (await Promise.all(sinks.splice(0).map((sink) => sink.close()))));

  test('a message is in the group of its order, and has its id, type and place in its attributes', async () => {
    sqs.queue('looked-at.fifo');
    const sink = await open({ url: `http://127.0.0.1:${sqs.port}/000000000000/looked-at.fifo` });
    const [one, other] = [newOrder(), newOrder()];
    const message = messageOf(one, 7, { sequence: 9 });
    for (const each of [message, messageOf(one, 8), messageOf(other, 1)])
      expect(await send(sink, each)).toMatchObject({
        outcome: 'done',
        answer: expect.stringMatching(/^\d+$/),
      });
    const stored = sqs.all('looked-at.fifo');
    expect(new Set(stored.map(({ group }) => group)).size).toBe(2);
    expect(stored.find(({ id }) => id === message.id)).toMatchObject({
      group: expect.stringMatching(/^[0-9a-f]{64}$/),
      text: message.text,
      attributes: { id: message.id, order: one, type: 'orders/paid', version: '7', sequence: '9' },
    });
  });

  test('a queue with a smaller limit refuses what is larger', async () => {
    sqs.queue('small.fifo', { MaximumMessageSize: '2048' });
    const sink = await open({ url: `http://127.0.0.1:${sqs.port}/000000000000/small.fifo` });
    expect(await send(sink, messageOf(newOrder(), 1, { bytes: 3000 }))).toMatchObject({
      outcome: 'refused',
      because: 'the message is larger than the queue allows',
    });
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'done' });
  });

  test('a queue that does not exist is away', async () => {
    const sink = await open({ url: `http://127.0.0.1:${sqs.port}/000000000000/nowhere.fifo` });
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({
      outcome: 'away',
      because: 'the queue does not exist',
    });
  });

  test('without a secret access key, nothing is sent', async () => {
    expect(await send(await open({}, null), messageOf(newOrder(), 1))).toMatchObject({
      outcome: 'away',
      because: expect.stringContaining('credentials'),
    });
  });

  test.each([
    [403, 'InvalidClientTokenId', 'away', 'credentials'],
    [403, 'SignatureDoesNotMatch', 'away', 'credentials'],
    [403, 'AccessDeniedException', 'away', 'may not send'],
    [400, 'RequestThrottled', 'busy', 'too many'],
    [503, 'ServiceUnavailable', 'busy', 'ServiceUnavailable'],
    [500, 'InternalFailure', 'away', 'InternalFailure'],
  ])('what it answers is translated: %s %s is %s', async (status, name, outcome, because) => {
    const other = createServer((_, response) => {
      const body = JSON.stringify({
        __type: `com.amazonaws.sqs#${name}`,
        message: 'about battery.myshopify.com',
      });
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { port } = other.address() as AddressInfo;
      const sink = await open({ url: `http://127.0.0.1:${port}/0/effects.fifo` });
      const answer = await send(sink, messageOf(newOrder(), 1));
      expect(answer).toMatchObject({ outcome, answer: name, because: expect.stringContaining(because) });
      expect(JSON.stringify(answer)).not.toMatch(/myshopify|secret access/);
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });

  test.each([
    'https://sqs.eu-central-1.amazonaws.com/1/orders',
    'https://u@sqs.eu-central-1.amazonaws.com/1/o.fifo',
    'ftp://h/1/o.fifo',
  ])('only the address of a FIFO queue is accepted: %s is not', (url) => {
    const settings = { url, region: 'eu-central-1', accessKeyId: 'AKIA' };
    const read = destinationPut.safeParse({ kind: 'sqs', settings, credentials: 'x', reason: 'the queue' });
    expect(read.error?.issues.map(({ path }) => path.join('/'))).toContain('settings/url');
  });
});
